#pragma once

#include <string>

#include "plan/plan.h"

namespace trueno::plan {

/// What decides the rows of a plan, as text: equal texts, equal rows.
struct Fingerprint {
  std::string text;
  std::string unknown;  // why no text can say it: "random() gives another value each time"; empty: it can
};

/// Of an optimised plan (its files are opened). Names of its output columns are part of the text, as are the contents of its sources.
[[nodiscard]] Fingerprint fingerprint(const Plan& plan);

/// A value with its type: different values, different texts.
[[nodiscard]] std::string exact_text(const Value& value);

}  // namespace trueno::plan
