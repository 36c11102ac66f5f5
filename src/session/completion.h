#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trueno::session {

class Database;

enum class CandidateKind : std::uint8_t { kKeyword, kTable, kColumn, kFunction, kTableFunction, kType, kSetting };

struct Candidate {
  std::string text;  // as it is to be written, in quotes where it has to be
  CandidateKind kind = CandidateKind::kKeyword;
};

struct Completions {
  SourceSpan replaces;  // the word being typed
  std::vector<Candidate> candidates;
};

/// What could stand at byte `cursor` of a text: words of the grammar, and names of the catalogue that fit there. Never fails; a file whose
/// columns are wanted is opened, and left out when that fails.
[[nodiscard]] Completions complete(const Database& database, std::string_view sql, std::size_t cursor);

}  // namespace trueno::session
