// How much two strings differ. All count bytes, as DuckDB does, so that "\u00e4" and "a" are two edits apart.
#include <bitset>
#include <unordered_map>

#include "function/families.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// Least number of inserted, removed and replaced bytes: Wagner and Fischer's table, one row at a time.
std::int64_t levenshtein_of(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::vector<std::int64_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<std::int64_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::int64_t diagonal = row[0];
    row[0] = static_cast<std::int64_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::int64_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// Two texts whose table would have more cells than this take minutes.
constexpr std::uint64_t kMostCells = std::uint64_t{1} << 32;
Status table_fits(std::span<const Cell> args, std::string_view name, std::uint64_t cells = kMostCells) {
  const std::uint64_t a = std::uint64_t{args[0].string.size()} + 1;
  const std::uint64_t b = std::uint64_t{args[1].string.size()} + 1;
  if (a > cells / b) return error(ErrorCode::kOutOfRange, "{}: texts of {} and {} bytes are too long to compare", name, a - 1, b - 1);
  return {};
}

Status levenshtein(std::span<const Cell> args, Cell& result, Arena&) {
  TRUENO_TRY(table_fits(args, "levenshtein"));
  result = Cell::of_integer(levenshtein_of(args[0].string.view(), args[1].string.view()));
  return {};
}

// As levenshtein, and an exchange of two neighbours is one edit; between them others may have been edited.
// Source: R. Lowrance and R. A. Wagner, "An extension of the string-to-string correction problem", J. ACM 22 (1975).
Status damerau_levenshtein(std::span<const Cell> args, Cell& result, Arena&) {
  constexpr std::uint64_t kMostTableCells = std::uint64_t{1} << 26;
  TRUENO_TRY(table_fits(args, "damerau_levenshtein", kMostTableCells));
  const std::string_view a = args[0].string.view();
  const std::string_view b = args[1].string.view();
  const std::size_t width = b.size() + 2;
  const auto far = static_cast<std::int32_t>(a.size() + b.size());
  std::vector<std::int32_t> table((a.size() + 2) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::int32_t& { return table[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) {
    at(i + 1, 0) = far;
    at(i + 1, 1) = static_cast<std::int32_t>(i);
  }
  for (std::size_t j = 0; j <= b.size(); ++j) {
    at(0, j + 1) = far;
    at(1, j + 1) = static_cast<std::int32_t>(j);
  }
  at(0, 0) = far;
  std::unordered_map<char, std::size_t> last_row;  // where a byte last stood in `a`
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_match = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto found = last_row.find(b[j - 1]);
      const std::size_t k = found == last_row.end() ? 0 : found->second;
      const std::size_t l = last_match;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_match = j;
      at(i + 1, j + 1) = std::min({at(i, j) + (same ? 0 : 1), at(i + 1, j) + 1, at(i, j + 1) + 1,
                                   at(k, l) + static_cast<std::int32_t>((i - k - 1) + 1 + (j - l - 1))});
    }
    last_row[a[i - 1]] = i;
  }
  result = Cell::of_integer(at(a.size() + 1, b.size() + 1));
  return {};
}

Status hamming(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view a = args[0].string.view();
  const std::string_view b = args[1].string.view();
  if (a.size() != b.size()) return error(ErrorCode::kInvalidInput, "hamming compares texts of one length, not '{}' and '{}'", a, b);
  if (a.empty()) return error(ErrorCode::kInvalidInput, "hamming compares no empty texts");
  std::int64_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != b[i] ? 1 : 0;
  result = Cell::of_integer(different);
  return {};
}

// Bytes that occur in both over bytes that occur in either.
Status jaccard(std::span<const Cell> args, Cell& result, Arena&) {
  std::bitset<256> sets[2];
  for (std::size_t i = 0; i < 2; ++i) {
    if (args[i].string.size() == 0) return error(ErrorCode::kInvalidInput, "jaccard compares no empty texts");
    for (const char c : args[i].string.view()) sets[i].set(static_cast<unsigned char>(c));
  }
  result = Cell::of_f64(static_cast<double>((sets[0] & sets[1]).count()) / static_cast<double>((sets[0] | sets[1]).count()));
  return {};
}

// Matching bytes lie within half the longer text of each other; transpositions are half the matches that stand in another order.
double jaro_of(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  const std::size_t longest = std::max(a.size(), b.size());
  const std::size_t reach = longest / 2 == 0 ? 0 : longest / 2 - 1;
  std::vector<bool> taken(b.size());
  std::string of_a;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t end = std::min(b.size(), i + reach + 1);
    for (std::size_t j = i > reach ? i - reach : 0; j < end; ++j) {
      if (taken[j] || a[i] != b[j]) continue;
      taken[j] = true;
      of_a += a[i];
      break;
    }
  }
  if (of_a.empty()) return 0;
  std::size_t out_of_order = 0;
  std::size_t next = 0;
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (taken[j]) out_of_order += of_a[next++] != b[j] ? 1 : 0;
  }
  const auto matches = static_cast<double>(of_a.size());
  const std::size_t exchanged = out_of_order / 2;
  const auto transpositions = static_cast<double>(exchanged);
  return (matches / static_cast<double>(a.size()) + matches / static_cast<double>(b.size()) + (matches - transpositions) / matches) / 3;
}

// What is below the cutoff, if there is one, counts as nothing.
Cell with_cutoff(double similarity, std::span<const Cell> args) {
  return Cell::of_f64(args.size() == 3 && similarity < args[2].f64 ? 0 : similarity);
}
Status jaro(std::span<const Cell> args, Cell& result, Arena&) {
  TRUENO_TRY(table_fits(args, "jaro_similarity"));
  result = with_cutoff(jaro_of(args[0].string.view(), args[1].string.view()), args);
  return {};
}

// Up to four common first bytes bring similar texts (above 0.7) a tenth of the rest closer each.
Status jaro_winkler(std::span<const Cell> args, Cell& result, Arena&) {
  TRUENO_TRY(table_fits(args, "jaro_winkler_similarity"));
  const std::string_view a = args[0].string.view();
  const std::string_view b = args[1].string.view();
  double similarity = jaro_of(a, b);
  if (similarity > 0.7) {
    std::size_t common = 0;
    while (common < std::min({a.size(), b.size(), std::size_t{4}}) && a[common] == b[common]) ++common;
    similarity += static_cast<double>(common) * 0.1 * (1 - similarity);
  }
  result = with_cutoff(similarity, args);
  return {};
}

}  // namespace

std::vector<ScalarFunction> string_distance_functions() {
  return {
      {"levenshtein",
       {"editdist3"},
       "levenshtein(a, b)",
       "Least number of bytes to insert, remove or replace to make b of a.",
       "levenshtein('duck', 'db')",
       "3",
       bind_as<"levenshtein", Takes<kBigInt, kVarchar, kVarchar>>,
       lower_host<"levenshtein", levenshtein, true>},
      {"damerau_levenshtein",
       {},
       "damerau_levenshtein(a, b)",
       "As levenshtein, where an exchange of two neighbours is one edit.",
       "damerau_levenshtein('duckdb', 'udckbd')",
       "2",
       bind_as<"damerau_levenshtein", Takes<kBigInt, kVarchar, kVarchar>>,
       lower_host<"damerau_levenshtein", damerau_levenshtein, true>},
      {"hamming",
       {"mismatches"},
       "hamming(a, b)",
       "Number of places where texts of one length differ.",
       "hamming('duck', 'luck')",
       "1",
       bind_as<"hamming", Takes<kBigInt, kVarchar, kVarchar>>,
       lower_host<"hamming", hamming, true>},
      {"jaccard",
       {},
       "jaccard(a, b)",
       "Bytes that occur in both texts over bytes that occur in either, 0 to 1.",
       "jaccard('duck', 'luck')",
       "0.6",
       bind_as<"jaccard", Takes<kDouble, kVarchar, kVarchar>>,
       lower_host<"jaccard", jaccard, true>},
      {"jaro_similarity",
       {},
       "jaro_similarity(a, b [, cutoff])",
       "Jaro similarity, 0 to 1; 0 where it is below the cutoff.",
       "jaro_similarity('duck', 'duckdb')",
       "0.8888888888888888",
       bind_as<"jaro_similarity", Takes<kDouble, kVarchar, kVarchar>, Takes<kDouble, kVarchar, kVarchar, kDouble>>,
       lower_host<"jaro_similarity", jaro, true>},
      {"jaro_winkler_similarity",
       {},
       "jaro_winkler_similarity(a, b [, cutoff])",
       "Jaro similarity that favours common beginnings; 0 where it is below the cutoff.",
       "jaro_winkler_similarity('duck', 'duckdb')",
       "0.9333333333333333",
       bind_as<"jaro_winkler_similarity", Takes<kDouble, kVarchar, kVarchar>, Takes<kDouble, kVarchar, kVarchar, kDouble>>,
       lower_host<"jaro_winkler_similarity", jaro_winkler, true>},
  };
}

}  // namespace trueno::function
