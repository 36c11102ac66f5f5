#pragma once

#include "bind/binder.h"
#include "bind/relation.h"

namespace trueno::bind {

/// `a, b`: all pairs of rows.
[[nodiscard]] Relation cross(Relation left, Relation right);

/// `left JOIN right ON ... | USING (...)`, NATURAL, outer, semi and anti joins. Equalities between the sides become keys.
[[nodiscard]] Result<Relation> bind_join(const sql::Join& join, SourceSpan span, Relation left, Relation right, const Context& context);

}  // namespace trueno::bind
