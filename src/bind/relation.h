#pragma once

#include "bind/scope.h"
#include "plan/plan.h"

namespace trueno::bind {

/// What a table of FROM is bound to: its rows, and the names of its columns. Entry i of the scope is column i of the plan.
struct Relation {
  plan::PlanPtr plan;
  Scope scope;
};

}  // namespace trueno::bind
