#include "compile/compile.h"

#include <algorithm>
#include <map>

#include "compile/expression_writer.h"

namespace trueno::compile {

namespace {

using kernel::Builder;
using kernel::PipelineInput;
using kernel::SinkKind;
using kernel::ValueId;
using plan::Expression;
using plan::Plan;

// Bounds of one column over all parts of a source.
ColumnStatistics source_statistics(const TableSource& source, int column) {
  ColumnStatistics all;
  const std::int64_t parts = source.part_count();
  if (parts == 0) return all;
  all = source.statistics(0, column);
  for (std::int64_t part = 1; part < parts; ++part) {
    all = merge_statistics(all, source.statistics(part, column));
    if (!all.min && !all.max && !all.span && !all.null_count) break;  // nothing left to know
  }
  return all;
}

// A pipeline being written: a program over a source, and the operator's output columns as values of it, written when first read.
struct Stream {
  Builder builder;
  PipelineInput input;
  std::string source_name;
  std::int64_t estimated_rows = -1;
  Schema schema;
  std::vector<Expression> outputs;   // over the source's columns
  std::vector<Field> source_fields;  // what column i of the source is
  std::vector<int> source_indexes;   // its index in the TableSource or earlier pipeline
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
      stream.source_fields.push_back(plan.schema[i]);
      stream.source_indexes.push_back(scan.columns[i]);
      stream.outputs.push_back(Expression::column(static_cast<int>(i), plan.schema[i].type));
    }
    return stream;
  }

  // A single row (SELECT 1) is a program over the one-row source; several rows were turned into a source by session.
  Result<Stream> open_node(const Plan& plan, const plan::Values& values) {
    Stream stream;
    stream.source_name = "one row";
    stream.estimated_rows = 1;
    stream.schema = plan.schema;
    stream.input.source = one_row_source();
    if (values.rows.size() == 1) {
      stream.outputs = values.rows[0];
      return stream;
    }
    stream.input.source = nullptr;
    return error(ErrorCode::kInternal, "VALUES of several rows must have been turned into a source");
  }

  Result<Stream> open_node(const Plan& plan, const plan::Filter& filter) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    for (const Expression& term : plan::conjuncts(filter.condition)) {
      const ValueId condition = TRUENO_TRY(write(stream, plan::substitute(term, stream.outputs)));
      stream.builder.filter(condition);
    }
    return stream;
  }

  Result<Stream> open_node(const Plan& plan, const plan::Project& project) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    std::vector<Expression> outputs;
    for (const Expression& expression : project.expressions) outputs.push_back(plan::substitute(expression, stream.outputs));
    stream.outputs = std::move(outputs);
    stream.schema = plan.schema;
    return stream;
  }

  Result<Stream> open_node(const Plan& plan, const plan::Aggregate& aggregate) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    kernel::Sink& sink = stream.builder.program().sink;
    sink.kind = aggregate.keys.empty() ? SinkKind::kReduce : SinkKind::kGroup;
    for (const Expression& key : aggregate.keys) {
      const ValueId value = TRUENO_TRY(write_carried(stream, plan::substitute(key, stream.outputs)));
      stream.builder.program().sink.keys.push_back(value);
    }
    for (const plan::AggregateCall& call : aggregate.calls) TRUENO_TRY(write_call(stream, call));
    stream.builder.program().sink.estimated_groups = plan::estimated_rows(plan);
    return close(std::move(stream), plan.schema, -1, 0);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Sort& sort) { return close_sorted(plan, sort.orders, SinkKind::kSort, -1, 0); }
  Result<Stream> open_node(const Plan& plan, const plan::TopN& top) {
    return close_sorted(plan, top.orders, SinkKind::kTopK, top.limit, top.offset);
  }

  Result<Stream> open_node(const Plan& plan, const plan::Limit& limit) {
    Stream stream = TRUENO_TRY(open(plan.input()));
    return close_emit(std::move(stream), plan.schema, limit.limit, limit.offset);
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

  Result<Stream> close_sorted(const Plan& plan, const std::vector<plan::SortOrder>& orders, SinkKind kind, std::int64_t limit,
                              std::int64_t offset) {
    Stream stream = TRUENO_TRY(open(plan.input()));
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

  // count, sum and avg are made of accumulators, shared between the calls that need the same one.
  Status write_call(Stream& stream, const plan::AggregateCall& call) {
    Builder& builder = stream.builder;
    kernel::Output output;
    output.kind = call.function->finish;
    output.type = call.signature.result;
    ValueId argument = kernel::kNoValue;
    if (!call.arguments.empty()) {
      Expression value = plan::substitute(call.arguments[0], stream.outputs);
      if (call.filter) value = filtered(plan::substitute(*call.filter, stream.outputs), std::move(value));
      argument =
          call.function->finish == kernel::FinishKind::kCount ? TRUENO_TRY(write_carried(stream, value)) : TRUENO_TRY(write(stream, value));
    } else if (call.filter) {  // count(*) FILTER (WHERE f) = count(CASE WHEN f THEN 1 END)
      argument =
          TRUENO_TRY(write(stream, filtered(plan::substitute(*call.filter, stream.outputs), Expression::literal(Value::integer(1)))));
    }
    const bool nullable = argument != kernel::kNoValue && builder.at(argument).range.nullable;
    const kernel::Accumulator counter = nullable ? kernel::Accumulator{kernel::AccumulatorKind::kCount, argument} : kernel::Accumulator{};
    if (output.kind == kernel::FinishKind::kCount) {
      output.accumulator = output.count = accumulator(builder, counter);
    } else {
      output.accumulator = accumulator(builder, {call.function->accumulator(builder.at(argument).type), argument});
      output.count = output.kind == kernel::FinishKind::kExtreme ? output.accumulator : accumulator(builder, counter);
      if (builder.at(argument).type.id == TypeId::kDecimal) output.argument_scale = builder.at(argument).type.scale;
    }
    builder.program().sink.outputs.push_back(output);
    return {};
  }

  static Expression filtered(Expression condition, Expression value) {
    Expression e;
    e.kind = plan::ExpressionKind::kCase;
    e.type = value.type;
    Expression null = Expression::literal(Value::null(value.type));
    e.arguments.push_back(std::move(condition));
    e.arguments.push_back(std::move(value));
    e.arguments.push_back(std::move(null));
    return e;
  }

  static std::uint32_t accumulator(Builder& builder, const kernel::Accumulator& wanted) {
    auto& list = builder.program().sink.accumulators;
    const auto found = std::ranges::find(list, wanted);
    if (found != list.end()) return static_cast<std::uint32_t>(found - list.begin());
    list.push_back(wanted);
    return static_cast<std::uint32_t>(list.size() - 1);
  }

  Result<ValueId> write(Stream& stream, const Expression& expression) {
    ColumnValues columns;
    columns.value = [&](int column) -> Result<ValueId> {
      const auto at = static_cast<std::size_t>(column);
      const Field& field = stream.source_fields[at];
      kernel::Range range;
      bool verify_range = false;
      if (stream.input.source) {
        const ColumnStatistics statistics = source_statistics(*stream.input.source, stream.source_indexes[at]);
        if (statistics.proven || options_.trust_claims) {
          range = kernel::range_from_statistics(field.type, statistics, stream.estimated_rows);
          verify_range = range.bounded() && !range.proven;
        }
      }
      return stream.builder.column({field.name, field.type, stream.source_indexes[at], false}, range, verify_range);
    };
    columns.code = [&](int column) { return code_column(stream, column); };
    ExpressionWriter writer(stream.builder, parameters_, std::move(columns));
    return writer.write(expression);
  }

  // A text column of the source that comes as dictionary codes.
  std::optional<ValueId> code_column(Stream& stream, int column) const {
    const auto at = static_cast<std::size_t>(column);
    const Field& field = stream.source_fields[at];
    const int index = stream.source_indexes[at];
    if (!options_.use_codes || !stream.input.source || field.type.id != TypeId::kVarchar || !stream.input.source->is_dictionary(index))
      return std::nullopt;
    kernel::Range range;
    const ColumnStatistics statistics = source_statistics(*stream.input.source, index);
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
    if (is_finished(stream) && stream.input.pipelines.size() == 1 && limit < 0) return {};
    const Schema schema = stream.schema;
    static_cast<void>(TRUENO_TRY(close_emit(std::move(stream), schema, limit, offset)));
    return {};
  }

  static bool is_identity(const Stream& stream) {
    if (stream.outputs.size() != stream.source_fields.size()) return false;
    for (std::size_t i = 0; i < stream.outputs.size(); ++i) {
      if (stream.outputs[i].kind != plan::ExpressionKind::kColumn || stream.outputs[i].index != static_cast<int>(i)) return false;
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
    out_.pipelines.push_back({std::move(program), std::move(stream.input), limit, offset});
    Stream next;
    next.input.pipelines = {out_.pipelines.size() - 1};
    next.source_name = fmt::format("output of pipeline {}", out_.pipelines.size());
    read_all(next, schema);
    return next;
  }

  // The stream's source has these columns, and so has its output.
  static void read_all(Stream& stream, const Schema& schema) {
    stream.schema = schema;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      stream.source_fields.push_back(schema[i]);
      stream.source_indexes.push_back(static_cast<int>(i));
      stream.outputs.push_back(Expression::column(static_cast<int>(i), schema[i].type));
    }
  }

  // Whether the outputs of earlier pipelines are these rows already.
  static bool is_finished(const Stream& stream) {
    return !stream.input.source && stream.builder.program().instructions.empty() && is_identity(stream);
  }

  static std::shared_ptr<const TableSource> one_row_source();

  Options options_;
  kernel::PipelinePlan out_;
  std::vector<Value> parameters_;
};

// One row without columns: what SELECT without FROM reads.
class OneRowSource final : public TableSource {
 public:
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return "one row"; }
  std::int64_t part_count() const override { return 1; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return 1; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return 0; }
  Result<BatchStream> scan(std::int64_t, std::span<const int>, const ScanPredicate&, const CancelToken&) const override {
    return BatchStream([done = false]() mutable -> Result<std::optional<Batch>> {
      if (done) return std::optional<Batch>();
      done = true;
      return std::optional<Batch>(Batch{1, {}});
    });
  }

 private:
  Schema schema_;
};

std::shared_ptr<const TableSource> Compiler::one_row_source() { return std::make_shared<OneRowSource>(); }

}  // namespace

Result<kernel::PipelinePlan> compile(const Plan& plan, const Options& options) { return Compiler(options).run(plan); }

Result<kernel::PipelinePlan> compile_expression(const Expression& expression) {
  plan::Values row;
  row.rows.push_back({expression});
  return compile(Plan{std::move(row), {}, {{"value", expression.type, true}}}, {});
}

}  // namespace trueno::compile
