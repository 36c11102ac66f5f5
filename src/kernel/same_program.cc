#include "kernel/same_program.h"

#include <algorithm>

namespace trueno::kernel {

namespace {

bool same(const Range& a, const Range& b) {
  return a.min == b.min && a.max == b.max && a.span == b.span && a.nullable == b.nullable && a.proven == b.proven;
}

bool same(const Instruction& a, const Instruction& b) {
  return a.op == b.op && a.index == b.index && a.args == b.args && a.checked == b.checked && a.null_on_error == b.null_on_error &&
         a.verify_range == b.verify_range && a.active == b.active && a.lane == b.lane && a.type == b.type && same(a.range, b.range);
}

bool same(const SourceColumn& a, const SourceColumn& b) { return a.index == b.index && a.as_code == b.as_code && a.type == b.type; }

bool same(const JoinTable& a, const JoinTable& b) {
  return a.keys == b.keys && a.null_safe == b.null_safe && a.mark == b.mark &&
         std::ranges::equal(a.columns, b.columns,
                            [](const Field& x, const Field& y) { return x.type == y.type && x.nullable == y.nullable; });
}

bool same(const Lookup& a, const Lookup& b) {
  return a.source_column == b.source_column && (a.definition == b.definition || same_program(*a.definition, *b.definition));
}

bool same(const Sink& a, const Sink& b) {
  return a.kind == b.kind && a.values == b.values && a.keys == b.keys && a.accumulators == b.accumulators && a.outputs == b.outputs &&
         a.sort_keys == b.sort_keys && a.limit == b.limit && a.group_limit == b.group_limit && a.group_offset == b.group_offset &&
         a.row_number == b.row_number;
}

template <class T>
bool all_same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::ranges::equal(a, b, [](const T& x, const T& y) { return same(x, y); });
}

}  // namespace

bool same_program(const Program& a, const Program& b) {
  const auto same_type = [](const Parameter& x, const Parameter& y) { return x.type == y.type; };
  return a.hosts.empty() && b.hosts.empty() && a.sink.folds.empty() && b.sink.folds.empty() && all_same(a.instructions, b.instructions) &&
         all_same(a.source.columns, b.source.columns) && all_same(a.tables, b.tables) && all_same(a.lookups, b.lookups) &&
         a.constants == b.constants && std::ranges::equal(a.parameters, b.parameters, same_type) && same(a.sink, b.sink);
}

}  // namespace trueno::kernel
