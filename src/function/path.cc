// Paths of files and of object stores, as texts: nothing is looked up.
#include "function/families.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// scheme://place of an object store, scheme: of a local file, or nothing; then whether the rest begins at a root.
struct Path {
  std::string scheme;  // with what ends it; s3://bucket keeps its bucket
  bool absolute = false;
  std::vector<std::string_view> steps;
};

Path parse_path(std::string_view text) {
  Path path;
  if (const std::size_t place = text.find("://"); place != std::string_view::npos) {
    const std::size_t end = std::min(text.find('/', place + 3), text.size());
    path.scheme = text.substr(0, end);
    path.absolute = true;
    text.remove_prefix(end);
  } else if (const std::size_t colon = text.find(":/"); colon != std::string_view::npos && text.find('/') > colon) {
    path.scheme = text.substr(0, colon + 1);
    text.remove_prefix(colon + 1);
  }
  path.absolute = path.absolute || text.starts_with('/');
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    if (end > begin) path.steps.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return path;
}

// The parts one behind the other, without "." and with ".." taken back, which at a root stays there.
Status path_join(std::span<const Cell> args, Cell& result, Arena& arena) {
  Path whole = parse_path(args[0].string.view());
  for (const Cell& arg : args.subspan(1)) {
    const std::string_view text = arg.string.view();
    const Path next = parse_path(text);
    if (next.absolute) return error(ErrorCode::kInvalidInput, "incompatible paths: '{}' cannot stand behind another path", text);
    whole.steps.insert(whole.steps.end(), next.steps.begin(), next.steps.end());
  }
  std::vector<std::string_view> steps;
  for (const std::string_view step : whole.steps) {
    if (step == ".") continue;
    if (step != "..") {
      steps.push_back(step);
    } else if (!steps.empty() && steps.back() != "..") {
      steps.pop_back();
    } else if (!whole.absolute) {
      steps.push_back(step);
    }
  }
  std::string text = whole.scheme;
  if (whole.absolute) text += '/';
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i > 0) text += '/';
    text += steps[i];
  }
  result = Cell::of_string(arena.copy(text.empty() ? "." : text));
  return {};
}

// Any number of texts, at least one.
Result<Signature> bind_path_join(std::span<const Type> arguments, const BindContext&) {
  if (arguments.empty()) return error(ErrorCode::kBinder, "path_join takes at least one path");
  for (const Type& type : arguments) {
    if (type.id != kVarchar && type.id != kNull)
      return error(ErrorCode::kBinder, "path_join takes texts, not {}", type.to_string()).hint("add a cast to VARCHAR");
  }
  return Signature{std::vector<Type>(arguments.size(), kVarchar), kVarchar};
}

}  // namespace

std::vector<ScalarFunction> path_functions() {
  return {
      {"path_join",
       {},
       "path_join(path, ...)",
       "Paths one behind the other, with \".\" and \"..\" resolved.",
       "path_join('data/raw', '../clean', 'a.csv')",
       "data/clean/a.csv",
       bind_path_join,
       lower_host<"path_join", path_join, true>},
  };
}

}  // namespace trueno::function
