#include "compile/compile.h"

#include <algorithm>
#include <map>
#include <utility>

#include "column/batch_source.h"
#include "compile/aggregate_inputs.h"
#include "compile/expression_writer.h"

namespace trueno::compile {

namespace {

using kernel::Builder;
using kernel::PipelineInput;
using kernel::SinkKind;
using kernel::ValueId;
using plan::Expression;
using plan::Plan;

// A column of a projection that is read more than once: written where it is first read, and found again. (Were its expression put into
// the place of every read, a chain of projections would double it each time.)
struct Computed {
  Expression expression;  // over the slots before
  bool may_fail = false;
  std::map<ValueId, ValueId> written = {};  // by the activity mask under which it was
};

// What an expression over a stream may name: a column of the source, one of a join's build side, a value that is there already, or one
// that is computed when it is read.
struct Slot {
  Field field;
  int source_index = -1;  // in the TableSource or earlier pipeline
  ValueId domain = kernel::kNoValue;
  std::uint32_t build_column = 0;
  kernel::Range range = {};  // of the build column, or of what the earlier pipeline gives
  ValueId value = kernel::kNoValue;
  std::shared_ptr<Computed> computed = nullptr;  // of this stream alone
};

// A pipeline being written: a program over a source, and the operator's output columns as values of it, written when first read.
struct Stream {
  Builder builder;
  PipelineInput input;
  std::vector<std::size_t> tables;  // the pipelines that build what it probes
  std::string source_name;
  std::int64_t estimated_rows = -1;
  Schema schema;
  std::vector<Expression> outputs;  // over the slots
  std::vector<Slot> slots;

  Expression add(Slot slot) {
    Expression column = Expression::column(static_cast<int>(slots.size()), slot.field.type);
    slots.push_back(std::move(slot));
    return column;
  }
};

// A build side: its pipeline, and where the join's right columns are in its table.
struct BuildSide {
  std::size_t pipeline = 0;
  kernel::JoinTable table;
  std::vector<int> column_of;  // by column of the right input; -1: not kept
  std::vector<kernel::Range> ranges;
};

class Compiler {
 public:
  explicit Compiler(const Options& options) : options_(options) {}

  Result<kernel::PipelinePlan> run(const Plan& plan) {
    // A final LIMIT stays on its pipeline.
    Stream stream = TRUENO_TRY(open(plan));
    TRUENO_TRY(close_with_emit(std::move(stream), -1, 0));
    out_.result = plan.schema;
    out_.parameters = std::move(parameters_);
    return std::move(out_);
  }

 private:
  Result<Stream> open(const Plan& plan) {
    return std::visit([&](const auto& node) { return open_node(plan, node); }, plan.node);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Scan& scan) {
    Stream stream;
    stream.input.source = scan.source;
    stream.input.predicate = scan.predicate;
    stream.source_name = scan.source->description();
    stream.estimated_rows = scan.source->row_count().value_or(-1);
    stream.schema = plan.schema;
    for (std::size_t i = 0; i < scan.columns.size(); ++i) {
      stream.outputs.push_back(stream.add({plan.schema[i], scan.columns[i]}));
    }
    return stream;
  }

  // A single row (SELECT 1) is a program over the one-row source; several rows were turned into a source by session.
  Result<Stream> open_node(const Plan& plan, const plan::Values& values) {
    Stream stream;
    stream.source_name = "one row";
    stream.estimated_rows = 1;
    stream.schema = plan.schema;
    stream.input.source = batch_source({}, Batch{1, {}}, "one row");
    if (values.rows.size() == 1) {
      stream.outputs = values.rows[0];
      return stream;
    }
    stream.input.source = nullptr;
    return error(ErrorCode::kInternal, "VALUES of several rows must have been turned into a source");
  }

  // A stream for expressions over a node's input. Numbers of rows are those of the source: several matches of one would share them.
  Result<Stream> open_input(const Plan& plan) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    if (plan::any_expression(plan, plan::reads_row_number) && !stream.tables.empty())
      stream = TRUENO_TRY(close_emit(std::move(stream), plan.input().schema, -1, 0));
    return stream;
  }

  Result<Stream> open_node(const Plan& plan, const plan::Filter& filter) {
    Stream stream = TRUENO_TRY(open_input(plan));
    TRUENO_TRY(write_filters(stream, filter.condition, stream.outputs));
    return stream;
  }

  Result<Stream> open_node(const Plan& plan, const plan::Project& project) {
    Stream stream = TRUENO_TRY(open_input(plan));
    compute_once(stream, project.expressions);
    std::vector<Expression> outputs;
    for (const Expression& expression : project.expressions) outputs.push_back(plan::substitute(expression, stream.outputs));
    stream.outputs = std::move(outputs);
    stream.schema = plan.schema;
    // What depends on the number of the row is computed here, and not again where the row has another one.
    if (std::ranges::any_of(project.expressions, plan::reads_row_number)) return close_emit(std::move(stream), plan.schema, -1, 0);
    return stream;
  }

  // Gives slots to the outputs that `expressions` read more than once and that take more than a few steps.
  static void compute_once(Stream& stream, const std::vector<Expression>& expressions) {
    const std::vector<bool> repeated = plan::repeated_columns(expressions, stream.outputs);
    for (std::size_t i = 0; i < repeated.size(); ++i) {
      if (!repeated[i]) continue;
      Slot slot{Field{{}, stream.outputs[i].type, true}};
      const bool fails = may_fail(stream, stream.outputs[i]);
      slot.computed = std::make_shared<Computed>(Computed{std::move(stream.outputs[i]), fails});
      stream.outputs[i] = stream.add(std::move(slot));
    }
  }

  static bool may_fail(const Stream& stream, const Expression& e) {
    if (e.kind == plan::ExpressionKind::kColumn) {
      const Slot& slot = stream.slots[static_cast<std::size_t>(e.index)];
      return slot.computed && slot.computed->may_fail;
    }
    if (plan::catches_errors(e)) return uncaught_may_fail(stream, e);
    return plan::may_fail_unproven(e) || std::ranges::any_of(e.arguments, [&](const Expression& a) { return may_fail(stream, a); });
  }
  // Inside of a try(): what stood below it.
  static bool uncaught_may_fail(const Stream& stream, const Expression& e) {
    if (e.uncaught || e.kind == plan::ExpressionKind::kColumn) return may_fail(stream, e);
    return std::ranges::any_of(e.arguments, [&](const Expression& a) { return uncaught_may_fail(stream, a); });
  }

  // What was written for all rows serves also where only some are active; what was written for some rows does not.
  Result<ValueId> write_computed(Stream& stream, Computed& computed) {
    for (const ValueId mask : {kernel::kNoValue, stream.builder.active()}) {
      const auto known = computed.written.find(mask);
      if (known != computed.written.end() && stream.builder.visible(known->second)) return known->second;
    }
    const bool trying = stream.builder.set_trying(false);  // it was computed below the try() that reads it
    const Result<ValueId> value = write(stream, computed.expression);
    stream.builder.set_trying(trying);
    if (value) computed.written[stream.builder.active()] = *value;
    return value;
  }

  Result<Stream> open_node(const Plan& plan, const plan::Aggregate& aggregate) {
    Stream stream = TRUENO_TRY(open_input(plan));
    const bool folds = std::ranges::any_of(aggregate.calls, [](const plan::AggregateCall& c) { return c.function->fold != nullptr; });
    kernel::Sink& sink = stream.builder.program().sink;
    sink.kind = folds ? SinkKind::kCollect : (aggregate.keys.empty() ? SinkKind::kReduce : SinkKind::kGroup);
    for (const Expression& key : aggregate.keys) {
      const ValueId value = TRUENO_TRY(write_carried(stream, plan::substitute(key, stream.outputs)));
      stream.builder.program().sink.keys.push_back(value);
    }
    if (folds) {
      TRUENO_TRY(write_folds(stream, aggregate.calls));
    } else {
      for (const plan::AggregateCall& call : aggregate.calls) TRUENO_TRY(write_call(stream, call));
    }
    stream.builder.program().sink.estimated_groups = plan::estimated_rows(plan);
    return close(std::move(stream), plan.schema, -1, 0);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Sort& sort) { return close_sorted(plan, sort.orders, SinkKind::kSort, -1, 0); }
  Result<Stream> open_node(const Plan& plan, const plan::TopN& top) {
    return close_sorted(plan, top.orders, SinkKind::kTopK, top.limit, top.offset);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Limit& limit) {
    if (!limit.keys.empty()) return close_groups(plan, limit.keys, &limit);
    const Plan* below = &plan.input();
    while (std::holds_alternative<plan::Project>(below->node)) below = &below->input();
    if (std::holds_alternative<plan::Recursion>(below->node) && limit.limit >= 0) wanted_rows_ = limit.limit + limit.offset;
    Stream stream = TRUENO_TRY(open(plan.input()));
    return close_emit(std::move(stream), plan.schema, limit.limit, limit.offset);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Numbered&) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    // Numbers are of the source's rows: several matches of one would share them.
    if (!stream.tables.empty()) stream = TRUENO_TRY(close_emit(std::move(stream), plan.input().schema, -1, 0));
    Slot slot{plan.schema.back()};
    slot.value = stream.builder.row_number();
    stream.outputs.push_back(stream.add(std::move(slot)));
    stream.schema = plan.schema;
    return stream;
  }

  Result<Stream> open_node(const Plan& plan, const plan::RowNumber& number) { return close_groups(plan, number.keys, nullptr); }

  // Rows sorted by keys: so many of each group, or each with its number in its group.
  Result<Stream> close_groups(const Plan& plan, const std::vector<Expression>& keys, const plan::Limit* limit) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    for (const Expression& key : keys) {
      const ValueId value = TRUENO_TRY(write(stream, plan::substitute(key, stream.outputs)));
      stream.builder.program().sink.sort_keys.push_back({value, false, false});
    }
    TRUENO_TRY(write_outputs(stream));
    kernel::Sink& sink = stream.builder.program().sink;
    sink.kind = SinkKind::kSort;
    sink.row_number = limit == nullptr;
    if (limit != nullptr) {
      sink.group_limit = limit->limit;
      sink.group_offset = limit->offset;
    }
    return close(std::move(stream), plan.schema, -1, 0);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Shared& shared) {
    if (!shared_.contains(shared.plan.get())) {
      Stream stream = TRUENO_TRY(open(*shared.plan->plan));
      if (!is_finished(stream)) stream = TRUENO_TRY(close_emit(std::move(stream), plan.schema, -1, 0));
      shared_[shared.plan.get()] = stream.input.pipelines;
    }
    const std::vector<std::size_t> made = shared_[shared.plan.get()];
    Stream all;
    all.input.pipelines = made;
    for (const std::size_t number : made)
      all.source_name += fmt::format("{}{}", all.source_name.empty() ? "output of pipeline " : ", ", number + 1);
    all.estimated_rows = plan::estimated_rows(plan);
    // In a recursion other rounds give other values: there the one pipeline is a copy that knows nothing of them.
    read_all(all, plan.schema, made.size() == 1 ? ranges_of(*out_.pipelines[made.front()].program) : std::vector<kernel::Range>());
    return all;
  }

  // The rows to begin with are copied twice: as the round before, and as the result so far.
  Result<Stream> open_node(const Plan& plan, const plan::Recursion& recursion) {
    const std::int64_t wanted = std::exchange(wanted_rows_, -1);
    Stream stream = TRUENO_TRY(open(*plan.inputs[0]));
    const Stream begun = TRUENO_TRY(close_emit(std::move(stream), plan.schema, -1, 0));
    const auto copy = [&]() -> Result<std::size_t> {
      Stream rows;
      rows.input.pipelines = begun.input.pipelines;
      rows.source_name = begun.source_name;
      read_all(rows, plan.schema);
      return TRUENO_TRY(close_emit(std::move(rows), plan.schema, -1, 0)).input.pipelines.front();
    };
    const std::size_t number = out_.loops.size();
    out_.loops.emplace_back();
    kernel::Loop loop;
    loop.wanted = wanted;
    loop.reads_result = recursion.distinct;
    loop.working = TRUENO_TRY(copy());
    loop.result = TRUENO_TRY(copy());
    // What is made in the rounds may not be there, where there is no round: others make it again.
    const auto made_outside = shared_;
    shared_[recursion.working.get()] = {loop.working};
    shared_[recursion.result.get()] = {loop.result};
    loop.first = out_.pipelines.size();
    Stream step = TRUENO_TRY(open(*plan.inputs[1]));
    static_cast<void>(TRUENO_TRY(close_emit(std::move(step), plan.schema, -1, 0)));
    loop.last = out_.pipelines.size();
    out_.loops[number] = loop;
    shared_ = made_outside;
    Stream all;
    all.input.pipelines = {loop.result};
    all.source_name = fmt::format("all rounds of pipeline {}", loop.last);
    read_all(all, plan.schema);
    return all;
  }

  // Each input ends in a pipeline of its own; what comes next reads them all.
  Result<Stream> open_node(const Plan& plan, const plan::Union&) {
    Stream all;
    for (const plan::PlanPtr& input : plan.inputs) {
      Stream stream = TRUENO_TRY(open(*input));
      if (!is_finished(stream)) stream = TRUENO_TRY(close_emit(std::move(stream), plan.schema, -1, 0));
      for (const std::size_t number : stream.input.pipelines) {
        all.source_name += fmt::format("{}{}", all.source_name.empty() ? "outputs of pipelines " : ", ", number + 1);
        all.input.pipelines.push_back(number);
      }
    }
    all.estimated_rows = plan::estimated_rows(plan);
    read_all(all, plan.schema);
    return all;
  }

  // JOIN --------------------------------------------------------------------------------------------------------------------------

  Result<Stream> open_node(const Plan& plan, const plan::Join& join) {
    using plan::JoinKind;
    const Plan& left = *plan.inputs[0];
    const Plan& right = *plan.inputs[1];
    if (plan::any_expression(plan, plan::reads_row_number))
      return error(ErrorCode::kNotSupported, "random() in the condition of a join is not supported yet");
    const bool in = tests_one_key(join, left);
    BuildSide build = TRUENO_TRY(build_side(join, left, right, in));
    Stream stream = TRUENO_TRY(open(left));
    std::vector<ValueId> keys;
    for (const plan::JoinKey& key : join.keys) keys.push_back(TRUENO_TRY(write(stream, plan::substitute(key.left, stream.outputs))));
    if (in) keys.push_back(TRUENO_TRY(write(stream, plan::substitute(join.any->arguments[0], stream.outputs))));
    const ValueId probe = stream.builder.probe(stream.builder.table(build.table), std::move(keys));
    stream.tables.push_back(build.pipeline);
    stream.schema = plan.schema;
    if (join.kind == JoinKind::kSemi || join.kind == JoinKind::kAnti || join.kind == JoinKind::kMark) {
      ValueId mark = TRUENO_TRY(write_test(stream, join, build, probe, in));
      if (join.kind == JoinKind::kMark) {
        Slot slot{plan.schema.back()};
        slot.value = mark;
        stream.outputs.push_back(stream.add(std::move(slot)));
        return stream;
      }
      if (join.kind == JoinKind::kAnti) mark = stream.builder.emit(kernel::Opcode::kNot, TypeId::kBoolean, {mark});
      stream.builder.filter(mark);
      return stream;
    }
    return join_rows(plan, join, build, std::move(stream), probe);
  }

  // Inner and outer joins: rows with columns of both sides.
  Result<Stream> join_rows(const Plan& plan, const plan::Join& join, const BuildSide& build, Stream stream, ValueId probe) {
    using plan::JoinKind;
    const std::vector<Expression> left = stream.outputs;
    ValueId domain = stream.builder.expand(probe);
    std::vector<Expression> both = with_build_columns(stream, left, build, domain, plan.inputs[1]->schema);
    if (join.condition) TRUENO_TRY(write_filters(stream, *join.condition, both));
    const bool keeps_right = join.kind == JoinKind::kRight || join.kind == JoinKind::kFull;
    if (keeps_right) stream.builder.mark_matched(domain);
    if (join.kind == JoinKind::kLeft || join.kind == JoinKind::kFull || join.kind == JoinKind::kSingle) {
      domain = stream.builder.pad_unmatched(domain, join.kind == JoinKind::kSingle);
      both = with_build_columns(stream, left, build, domain, plan.inputs[1]->schema);
    }
    stream.outputs = std::move(both);
    if (!keeps_right) return stream;
    const Stream matched = TRUENO_TRY(close_emit(std::move(stream), plan.schema, -1, 0));
    Stream rest;
    rest.input.pipelines = {build.pipeline};
    rest.input.unmatched = true;
    rest.source_name = fmt::format("unmatched rows of pipeline {}", build.pipeline + 1);
    for (std::size_t i = 0; i < build.table.columns.size(); ++i) rest.add({build.table.columns[i], static_cast<int>(i)});
    const std::size_t left_columns = left.size();
    for (std::size_t i = 0; i < plan.schema.size(); ++i) {
      if (i < left_columns) {
        rest.outputs.push_back(Expression::literal(Value::null(plan.schema[i].type)));
        continue;
      }
      rest.outputs.push_back(Expression::column(build.column_of[i - left_columns], plan.schema[i].type));
    }
    const Stream unmatched = TRUENO_TRY(close_emit(std::move(rest), plan.schema, -1, 0));
    Stream all;
    all.input.pipelines = {matched.input.pipelines.front(), unmatched.input.pipelines.front()};
    all.source_name =
        fmt::format("outputs of pipelines {}, {}", matched.input.pipelines.front() + 1, unmatched.input.pipelines.front() + 1);
    all.estimated_rows = plan::estimated_rows(plan);
    read_all(all, plan.schema);
    return all;
  }

  // Whether `any` is one equality of the two sides and nothing else is asked: then the table answers it, NULLs included.
  static bool tests_one_key(const plan::Join& join, const Plan& left) {
    if (join.kind != plan::JoinKind::kMark || !join.any || !join.keys.empty() || join.condition) return false;
    const Expression& any = *join.any;
    if (any.kind != plan::ExpressionKind::kCall || any.function->name != "=") return false;
    const auto of_left = [&](const Expression& e) {
      const std::vector<int> read = plan::columns_of(e);
      return read.empty() || read.back() < static_cast<int>(left.schema.size());
    };
    const std::vector<int> right = plan::columns_of(any.arguments[1]);
    return of_left(any.arguments[0]) && !right.empty() && right.front() >= static_cast<int>(left.schema.size());
  }

  // BOOLEAN in the left's domain: whether a row has a match; with `any`, the Kleene OR over its matches.
  Result<ValueId> write_test(Stream& stream, const plan::Join& join, const BuildSide& build, ValueId probe, bool in) {
    if (in) return stream.builder.matched(probe, kernel::MatchTest::kIn);
    if (!join.condition && !join.any) return stream.builder.matched(probe, kernel::MatchTest::kExists);
    const ValueId domain = stream.builder.expand(probe);
    const std::vector<Expression> both = with_build_columns(stream, stream.outputs, build, domain, {});
    if (join.condition) TRUENO_TRY(write_filters(stream, *join.condition, both));
    ValueId any = kernel::kNoValue;
    if (join.any) any = TRUENO_TRY(write(stream, plan::substitute(*join.any, both)));
    return stream.builder.any_match(domain, any);
  }

  Status write_filters(Stream& stream, const Expression& condition, const std::vector<Expression>& columns) {
    for (const Expression& term : plan::conjuncts(condition)) {
      const ValueId value = TRUENO_TRY(write(stream, plan::substitute(term, columns)));
      stream.builder.filter(value);
    }
    return {};
  }

  // What holds of a value wherever it is read again.
  static kernel::Range proven_range(const kernel::Instruction& value) {
    if (value.range.proven) return value.range;
    kernel::Range range;
    range.nullable = value.range.nullable;
    return range;
  }

  // The right input as a table: keys first, then the columns that are read and are no keys.
  Result<BuildSide> build_side(const plan::Join& join, const Plan& left, const Plan& right, bool in) {
    Stream stream = TRUENO_TRY(open(right));
    const std::vector<bool> kept = columns_kept(join, left, right, in);
    const auto left_columns = static_cast<int>(left.schema.size());
    BuildSide build;
    build.column_of.assign(right.schema.size(), -1);
    std::vector<Expression> keys;
    for (const plan::JoinKey& key : join.keys) {
      keys.push_back(key.right);
      build.table.null_safe.push_back(key.null_safe ? 1 : 0);
    }
    if (in) {
      std::vector<int> mapping(left.schema.size() + right.schema.size());
      for (std::size_t i = 0; i < mapping.size(); ++i) mapping[i] = static_cast<int>(i) - left_columns;
      keys.push_back(join.any->arguments[1]);
      plan::remap_columns(keys.back(), mapping);
      build.table.null_safe.push_back(0);
    }
    kernel::Sink& sink = stream.builder.program().sink;
    sink.kind = SinkKind::kBuild;
    const auto add = [&](ValueId value, std::string name) {
      build.table.columns.push_back({std::move(name), stream.builder.at(value).type, true});
      build.ranges.push_back(proven_range(stream.builder.at(value)));
    };
    for (const Expression& key : keys) {
      const bool column = key.kind == plan::ExpressionKind::kColumn;
      const ValueId value = TRUENO_TRY(write_carried(stream, plan::substitute(key, stream.outputs)));
      stream.builder.program().sink.keys.push_back(value);
      if (column && build.column_of[static_cast<std::size_t>(key.index)] < 0)
        build.column_of[static_cast<std::size_t>(key.index)] = static_cast<int>(build.table.columns.size());
      add(value, column ? right.schema[static_cast<std::size_t>(key.index)].name : "key");
    }
    build.table.keys = static_cast<std::uint32_t>(keys.size());
    for (std::size_t i = 0; i < right.schema.size(); ++i) {
      if (!kept[i] || build.column_of[i] >= 0) continue;
      const ValueId value = TRUENO_TRY(write_carried(stream, stream.outputs[i]));
      stream.builder.program().sink.values.push_back(value);
      build.column_of[i] = static_cast<int>(build.table.columns.size());
      add(value, right.schema[i].name);
    }
    build.table.estimated_rows = plan::estimated_rows(right);
    const Stream closed = TRUENO_TRY(close(std::move(stream), build.table.columns, -1, 0));
    build.pipeline = closed.input.pipelines.front();
    build.table.name = closed.source_name;
    return build;
  }

  // Columns of the right input that are read once a match is found.
  static std::vector<bool> columns_kept(const plan::Join& join, const Plan& left, const Plan& right, bool in) {
    const bool tests = join.kind == plan::JoinKind::kSemi || join.kind == plan::JoinKind::kAnti || join.kind == plan::JoinKind::kMark;
    std::vector<bool> kept(right.schema.size(), !tests);
    const auto read = [&](const std::optional<Expression>& expression) {
      if (!expression || in) return;
      for (const int column : plan::columns_of(*expression)) {
        if (column >= static_cast<int>(left.schema.size())) kept[static_cast<std::size_t>(column) - left.schema.size()] = true;
      }
    };
    read(join.condition);
    read(join.any);
    return kept;
  }

  // The left's outputs, then the right's columns as the rows of `domain` have them.
  static std::vector<Expression> with_build_columns(Stream& stream, std::vector<Expression> outputs, const BuildSide& build, ValueId domain,
                                                    const Schema& right) {
    for (std::size_t i = 0; i < build.column_of.size(); ++i) {
      const int column = build.column_of[i];
      if (column < 0) {  // nobody reads it
        outputs.push_back(Expression::literal(Value()));
        continue;
      }
      const auto at = static_cast<std::size_t>(column);
      Slot slot{i < right.size() ? right[i] : build.table.columns[at]};
      slot.domain = domain;
      slot.build_column = static_cast<std::uint32_t>(column);
      slot.range = build.ranges[at];
      outputs.push_back(stream.add(std::move(slot)));
    }
    return outputs;
  }

  Result<Stream> close_sorted(const Plan& plan, const std::vector<plan::SortOrder>& orders, SinkKind kind, std::int64_t limit,
                              std::int64_t offset) {
    Stream stream = TRUENO_TRY(open_input(plan));
    for (const plan::SortOrder& order : orders) {
      const ValueId value = TRUENO_TRY(write(stream, plan::substitute(order.expression, stream.outputs)));
      stream.builder.program().sink.sort_keys.push_back({value, order.descending, order.nulls_first});
    }
    TRUENO_TRY(write_outputs(stream));
    kernel::Sink& sink = stream.builder.program().sink;
    sink.kind = kind;
    if (kind == SinkKind::kTopK) sink.limit = limit + offset;
    return close(std::move(stream), plan.schema, limit, offset);
  }

  // SUM(x + 5) is SUM(x) + 5 * COUNT(x) where no x + 5 leaves its type: sums of one column beside one another are one. Leaves the x, and
  // gives the 5.
  Result<std::int64_t> take_offset(Stream& stream, Expression& argument) {
    i128 offset = 0;
    while (const auto step = added_constant(argument)) {
      const Expression& rest = argument.arguments[step->rest];
      const kernel::Range range = stream.builder.at(TRUENO_TRY(write(stream, rest))).range;
      const auto limits = kernel::limits_of(argument.type);
      if (!limits || !range.proven_within(limits->min - std::min<i128>(0, step->value), limits->max - std::max<i128>(0, step->value)))
        break;
      if (offset + step->value > INT64_MAX || offset + step->value < INT64_MIN) break;
      offset += step->value;
      argument = Expression(rest);
    }
    return static_cast<std::int64_t>(offset);
  }

  // Calls are made of accumulators, shared between the calls that need the same one.
  Status write_call(Stream& stream, const plan::AggregateCall& call) {
    Builder& builder = stream.builder;
    kernel::Output output;
    output.kind = call.function->finish;
    output.type = call.signature.result;
    std::vector<Expression> arguments;
    for (const Expression& argument : call.arguments) arguments.push_back(plan::substitute(argument, stream.outputs));
    if (call.filter) {
      // count(*) FILTER (WHERE f) = count(CASE WHEN f THEN 1 END)
      if (arguments.empty()) arguments.push_back(Expression::literal(Value::integer(1)));
      arguments[0] = Expression::where(plan::substitute(*call.filter, stream.outputs), std::move(arguments[0]));
    }
    const bool counts = output.kind == kernel::FinishKind::kCount;
    const bool sums = output.kind == kernel::FinishKind::kSum || output.kind == kernel::FinishKind::kAverage;
    if (sums && !call.filter) output.offset = TRUENO_TRY(take_offset(stream, arguments[0]));
    std::vector<ValueId> values;
    for (const Expression& argument : arguments)
      values.push_back(counts ? TRUENO_TRY(write_carried(stream, argument)) : TRUENO_TRY(write(stream, argument)));
    make_pairs(builder, values, call.function->input);
    const ValueId value = values.empty() ? kernel::kNoValue : values[0];
    const bool nullable = value != kernel::kNoValue && builder.at(value).range.nullable;
    const kernel::Accumulator counter = nullable ? kernel::Accumulator{kernel::AccumulatorKind::kCount, value} : kernel::Accumulator{};
    switch (output.kind) {
      case kernel::FinishKind::kCount: output.accumulator = output.count = accumulator(builder, counter); break;
      case kernel::FinishKind::kExtreme:
      case kernel::FinishKind::kBits:
        output.accumulator = output.count = accumulator(builder, {call.function->accumulator(builder.at(value).type), value});
        break;
      case kernel::FinishKind::kSum:
      case kernel::FinishKind::kAverage:
        output.accumulator = accumulator(builder, {call.function->accumulator(builder.at(value).type), value});
        output.count = accumulator(builder, counter);
        if (builder.at(value).type.id == TypeId::kDecimal) output.argument_scale = builder.at(value).type.scale;
        break;
      case kernel::FinishKind::kMoment:
        output.moment = call.function->moment;
        output.accumulator = output.count = accumulator(builder, counter);
        add_moment_sums(builder, output, values);
        break;
    }
    builder.program().sink.outputs.push_back(output);
    return {};
  }

  // The aggregates of a sink that collects rows: it does where one of them needs it. Those of a fixed state are accumulators there, too.
  Status write_folds(Stream& stream, const std::vector<plan::AggregateCall>& calls) {
    for (const plan::AggregateCall& call : calls) {
      kernel::Fold fold;
      fold.name = call.function->name;
      fold.result = call.signature.result;
      if (call.function->fold == nullptr) {
        fold.output = static_cast<std::uint32_t>(stream.builder.program().sink.outputs.size());
        TRUENO_TRY(write_call(stream, call));
      } else {
        TRUENO_TRY(write_fold(stream, call, fold));
      }
      stream.builder.program().sink.folds.push_back(std::move(fold));
    }
    for (const kernel::Accumulator& accumulator : stream.builder.program().sink.accumulators) {
      if (accumulator.argument != kernel::kNoValue) collected(stream, accumulator.argument);
      if (accumulator.second != kernel::kNoValue) collected(stream, accumulator.second);
    }
    return {};
  }

  // The number of a value among those that are collected.
  static std::uint32_t collected(Stream& stream, ValueId value) {
    auto& values = stream.builder.program().sink.values;
    const auto known = std::ranges::find(values, value);
    const auto number = static_cast<std::uint32_t>(known - values.begin());
    if (known == values.end()) values.push_back(value);
    return number;
  }

  Status write_fold(Stream& stream, const plan::AggregateCall& call, kernel::Fold& fold) {
    const auto collect = [&](const Expression& expression) -> Result<std::uint32_t> {
      Expression carried = plan::substitute(expression, stream.outputs);
      // Rows that the filter leaves out do not fail.
      if (call.filter && may_fail(stream, carried))
        carried = Expression::where(plan::substitute(*call.filter, stream.outputs), std::move(carried));
      return collected(stream, TRUENO_TRY(write_carried(stream, carried)));
    };
    fold.function = call.function->fold;
    fold.sorted = call.function->state == function::StateKind::kHolistic && !call.function->selects;
    fold.constants = call.constants;
    for (const Expression& argument : call.arguments) fold.arguments.push_back(TRUENO_TRY(collect(argument)));
    for (const plan::SortOrder& order : call.orders)
      fold.orders.push_back({TRUENO_TRY(collect(order.expression)), order.descending, order.nulls_first});
    if (call.filter) fold.filter = collected(stream, TRUENO_TRY(write(stream, plan::substitute(*call.filter, stream.outputs))));
    return {};
  }

  Result<ValueId> write(Stream& stream, const Expression& expression) {
    ColumnValues columns;
    columns.value = [&](int column) -> Result<ValueId> {
      const Slot& slot = stream.slots[static_cast<std::size_t>(column)];
      if (slot.value != kernel::kNoValue) return slot.value;
      if (slot.computed) return write_computed(stream, *slot.computed);
      if (slot.domain != kernel::kNoValue) return stream.builder.build_column(slot.domain, slot.build_column, slot.range);
      kernel::Range range = slot.range;
      bool verify_range = false;
      if (stream.input.source) {
        const ColumnStatistics statistics = stream.input.source->column_statistics(slot.source_index);
        if (statistics.proven || options_.trust_claims) {
          range = kernel::range_from_statistics(slot.field.type, statistics, stream.estimated_rows);
          verify_range = range.bounded() && !range.proven;
        }
      }
      return stream.builder.column({slot.field.name, slot.field.type, slot.source_index, false}, range, verify_range);
    };
    columns.code = [&](int column) { return code_column(stream, column); };
    columns.may_fail = [&](int column) { return may_fail(stream, Expression::column(column, {})); };
    ExpressionWriter writer(stream.builder, parameters_, std::move(columns));
    return writer.write(expression);
  }

  // A text column of the source that comes as dictionary codes.
  std::optional<ValueId> code_column(Stream& stream, int column) const {
    const Slot& slot = stream.slots[static_cast<std::size_t>(column)];
    const Field& field = slot.field;
    const int index = slot.source_index;
    if (index < 0 || !options_.use_codes || !stream.input.source || field.type.id != TypeId::kVarchar ||
        !stream.input.source->is_dictionary(index))
      return std::nullopt;
    kernel::Range range;
    const ColumnStatistics statistics = stream.input.source->column_statistics(index);
    range.nullable = !(statistics.proven && statistics.null_count && *statistics.null_count == 0);
    if (const auto dictionary = stream.input.source->shared_dictionary(index)) {
      range.min = 0;
      range.max = std::max<std::int64_t>(dictionary->values->length - 1, 0);
      range.proven = true;
    }
    return stream.builder.column({field.name, field.type, index, true}, range, false);
  }

  // A value that only moves or is compared for sameness: codes do as well as texts.
  Result<ValueId> write_carried(Stream& stream, const Expression& expression) {
    if (expression.kind == plan::ExpressionKind::kColumn) {
      if (const auto code = code_column(stream, expression.index)) return *code;
    }
    return write(stream, expression);
  }

  Status write_outputs(Stream& stream) {
    for (const Expression& output : stream.outputs) {
      const ValueId value = TRUENO_TRY(write_carried(stream, output));
      stream.builder.program().sink.values.push_back(value);
    }
    return {};
  }

  Result<Stream> close_emit(Stream stream, const Schema& schema, std::int64_t limit, std::int64_t offset) {
    TRUENO_TRY(write_outputs(stream));
    stream.builder.program().sink.kind = SinkKind::kEmit;
    return close(std::move(stream), schema, limit, offset);
  }

  Status close_with_emit(Stream stream, std::int64_t limit, std::int64_t offset) {
    // The last operator's pipeline may already give exactly these columns.
    const bool last = stream.input.pipelines.size() == 1 && stream.input.pipelines.front() + 1 == out_.pipelines.size();
    if (last && is_finished(stream) && limit < 0) return {};
    const Schema schema = stream.schema;
    static_cast<void>(TRUENO_TRY(close_emit(std::move(stream), schema, limit, offset)));
    return {};
  }

  static bool is_identity(const Stream& stream) {
    if (stream.outputs.size() != stream.slots.size()) return false;
    for (std::size_t i = 0; i < stream.outputs.size(); ++i) {
      if (stream.outputs[i].kind != plan::ExpressionKind::kColumn || stream.outputs[i].index != static_cast<int>(i)) return false;
      if (stream.slots[i].computed) return false;
    }
    return true;
  }

  // Ends the pipeline; the returned stream reads its output.
  Result<Stream> close(Stream stream, const Schema& schema, std::int64_t limit, std::int64_t offset) {
    stream.builder.program().source.name = stream.source_name;
    stream.builder.program().source.estimated_rows = stream.estimated_rows;
    stream.builder.program().parameters.resize(parameters_.size());
    auto program = std::make_shared<kernel::Program>(std::move(stream.builder).finish());
    for (std::size_t i = 0; i < parameters_.size(); ++i) program->parameters[i].type = parameters_[i].type();
    TRUENO_TRY(kernel::verify(*program));
    if (stream.input.source && options_.skip_by_keys) stream.input.keys = kernel::needed_keys(*program);
    out_.pipelines.push_back({std::move(program), std::move(stream.input), std::move(stream.tables), limit, offset});
    Stream next;
    next.input.pipelines = {out_.pipelines.size() - 1};
    next.source_name = fmt::format("output of pipeline {}", out_.pipelines.size());
    read_all(next, schema, ranges_of(*out_.pipelines.back().program));
    return next;
  }

  // Of the first columns that a pipeline gives: of numbers that rows carry, and of keys. Codes of texts are of their dictionary.
  static std::vector<kernel::Range> ranges_of(const kernel::Program& program) {
    const kernel::Sink& sink = program.sink;
    const bool rows = sink.kind == SinkKind::kEmit || sink.kind == SinkKind::kSort || sink.kind == SinkKind::kTopK;
    std::vector<kernel::Range> ranges;
    for (const ValueId value : rows ? sink.values : (sink.kind == SinkKind::kGroup ? sink.keys : std::vector<ValueId>())) {
      const kernel::Instruction& i = program.at(value);
      const Physical physical = i.type.physical();
      const bool number = is_integer(physical) || i.type.is_float() || physical == Physical::kBool;
      ranges.push_back(number ? proven_range(i) : kernel::Range());
    }
    return ranges;
  }

  // The stream's source has these columns, and so has its output.
  static void read_all(Stream& stream, const Schema& schema, const std::vector<kernel::Range>& ranges = {}) {
    stream.schema = schema;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      Slot slot{schema[i], static_cast<int>(i)};
      if (i < ranges.size()) slot.range = ranges[i];
      stream.outputs.push_back(stream.add(std::move(slot)));
    }
  }

  // Whether the outputs of earlier pipelines are these rows already.
  static bool is_finished(const Stream& stream) {
    return !stream.input.source && stream.builder.program().instructions.empty() && is_identity(stream);
  }

  Options options_;
  kernel::PipelinePlan out_;
  std::vector<Value> parameters_;
  std::map<const plan::SharedPlan*, std::vector<std::size_t>> shared_;  // the pipelines that make it
  std::int64_t wanted_rows_ = -1;  // of the recursion that is opened next, where a LIMIT stands above it
};

}  // namespace

Result<kernel::PipelinePlan> compile(const Plan& plan, const Options& options) { return Compiler(options).run(plan); }

Result<kernel::PipelinePlan> compile_expression(const Expression& expression) {
  plan::Values row;
  row.rows.push_back({expression});
  return compile(*plan::make_plan(std::move(row), {{"value", expression.type, true}}), {});
}

}  // namespace trueno::compile
