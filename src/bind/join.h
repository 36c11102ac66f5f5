#pragma once

#include "bind/binder.h"
#include "bind/expression_binder.h"
#include "bind/relation.h"

namespace trueno::bind {

/// `a, b`: all pairs of rows. `outer`: what `b` reads of the row of `a`.
[[nodiscard]] Relation cross(Relation left, Relation right, std::vector<plan::Expression> outer);

/// `left JOIN right ON ... | USING (...)`, NATURAL, outer, semi and anti joins. Equalities between the sides become keys.
[[nodiscard]] Result<Relation> bind_join(const sql::Join& join, SourceSpan span, Relation left, Relation right,
                                         std::vector<plan::Expression> outer, const Context& context, Surroundings around);

}  // namespace trueno::bind
