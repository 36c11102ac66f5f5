// Every part that the text is made of ends itself or tells its length, so that no two plans run into one text.
#include "plan/fingerprint.h"

#include <algorithm>
#include <bit>

namespace trueno::plan {

namespace {

void put_text(std::string& out, std::string_view text) { out += fmt::format("{}:{}", text.size(), text); }
void put_type(std::string& out, const Type& type) { put_text(out, type.to_string()); }

struct PutPayload {
  std::string& out;
  void operator()(std::monostate) const { out += 'N'; }
  void operator()(bool value) const { out += value ? 'T' : 'F'; }
  void operator()(const i128& value) const { out += trueno::to_string(value) + ";"; }
  void operator()(double value) const { out += fmt::format("d{:x};", std::bit_cast<std::uint64_t>(value)); }
  void operator()(float value) const { out += fmt::format("f{:x};", std::bit_cast<std::uint32_t>(value)); }
  void operator()(const std::string& value) const { put_text(out, value); }
  void operator()(const IntervalValue& value) const { out += fmt::format("{},{},{};", value.months, value.days, value.micros); }
  void operator()(const Value::Children& value) const {
    out += fmt::format("[{};", value->size());
    for (const Value& child : *value) out += exact_text(child);
  }
};

class Writer {
 public:
  void plan(const Plan& plan) {
    std::visit([&](const auto& node) { this->node(plan, node); }, plan.node);
    out_ += '(';
    for (const PlanPtr& input : plan.inputs) this->plan(*input);
    out_ += ')';
  }
  void schema(const Schema& schema) {
    for (const Field& field : schema) {
      put_text(out_, field.name);
      put_type(out_, field.type);
    }
  }
  [[nodiscard]] Fingerprint finish() && {
    if (!unknown_.empty()) return {{}, std::move(unknown_)};
    return {std::move(out_), {}};
  }

 private:
  void node(const Plan& plan, const Scan& scan) {
    const std::string identity = scan.source->identity();
    if (identity.empty()) unknown(fmt::format("nothing says whether {} has changed", scan.source->description()));
    out_ += "scan ";
    put_text(out_, identity);
    for (const int column : scan.columns) out_ += fmt::format("{};", column);
    schema(plan.schema);
  }
  void node(const Plan&, const Values& values) {
    out_ += fmt::format("values {};", values.rows.size());
    for (const auto& row : values.rows) all(row);
  }
  void node(const Plan&, const Filter& filter) {
    out_ += "filter ";
    expression(filter.condition);
  }
  void node(const Plan&, const Project& project) {
    out_ += "project ";
    all(project.expressions);
  }
  void node(const Plan&, const Aggregate& aggregate) {
    out_ += "aggregate ";
    all(aggregate.keys);
    for (const AggregateCall& call : aggregate.calls) {
      put_text(out_, call.function->name);
      signature(call.signature);
      all(call.arguments);
      maybe(call.filter);
      out_ += fmt::format("{};", call.constants.size());
      for (const Value& constant : call.constants) out_ += exact_text(constant);
      orders(call.orders);
      out_ += call.distinct ? 'd' : 'a';
    }
  }
  void node(const Plan&, const Sort& sort) {
    out_ += "sort ";
    orders(sort.orders);
  }
  void node(const Plan&, const Limit& limit) {
    out_ += fmt::format("limit {} {} ", limit.limit, limit.offset);
    all(limit.keys);
  }
  void node(const Plan&, const TopN& top) {
    out_ += fmt::format("top {} {} ", top.limit, top.offset);
    orders(top.orders);
  }
  void node(const Plan&, const Union&) { out_ += "union "; }
  void node(const Plan&, const Numbered&) { out_ += "numbered "; }
  void node(const Plan&, const RowNumber& number) {
    out_ += "row number ";
    all(number.keys);
  }
  void node(const Plan&, const Shared& read) {
    out_ += "shared ";
    shared(*read.plan);
  }
  void node(const Plan&, const Recursion& recursion) {
    out_ += recursion.distinct ? "recursion of new rows " : "recursion ";
    shared(*recursion.working);
    if (recursion.result) shared(*recursion.result);
  }
  void node(const Plan&, const Join& join) {
    out_ += fmt::format("join {} {};", static_cast<int>(join.kind), join.keys.size());
    for (const JoinKey& key : join.keys) {
      expression(key.left);
      expression(key.right);
      out_ += key.null_safe ? 's' : 'e';
    }
    maybe(join.condition);
    maybe(join.any);
    all(join.outer);
  }

  // A plan that several places read has a number, and its text stands where it is read first.
  void shared(const SharedPlan& plan) {
    const auto known = std::ranges::find(shared_, &plan);
    out_ += fmt::format("{};", known - shared_.begin());
    if (known != shared_.end()) return;
    shared_.push_back(&plan);
    if (plan.plan) this->plan(*plan.plan);
  }

  void expression(const Expression& e) {
    out_ += fmt::format("{}{} {};", e.uncaught ? "!" : "", static_cast<int>(e.kind), e.arguments.size());
    put_type(out_, e.type);
    switch (e.kind) {
      case ExpressionKind::kColumn:
      case ExpressionKind::kOuter: out_ += fmt::format("{};", e.index); break;
      case ExpressionKind::kLiteral:
      case ExpressionKind::kParameter: out_ += exact_text(e.value); break;
      case ExpressionKind::kCall:
        if (e.function->volatile_function) unknown(fmt::format("{}() gives another value each time", e.function->name));
        put_text(out_, e.function->name);
        signature(e.signature);
        break;
      case ExpressionKind::kCast: out_ += e.trying ? 't' : 'c'; break;
      case ExpressionKind::kSubquery:
        out_ += fmt::format("{};", static_cast<int>(e.subquery->kind));
        plan(*e.subquery->plan);
        maybe(e.subquery->test);
        break;
      case ExpressionKind::kAnd:
      case ExpressionKind::kOr:
      case ExpressionKind::kCase:
      case ExpressionKind::kCoalesce: break;
    }
    for (const Expression& argument : e.arguments) expression(argument);
  }
  void all(const std::vector<Expression>& expressions) {
    out_ += fmt::format("{};", expressions.size());
    for (const Expression& e : expressions) expression(e);
  }
  void maybe(const std::optional<Expression>& e) {
    out_ += e ? 'y' : 'n';
    if (e) expression(*e);
  }
  void orders(const std::vector<SortOrder>& list) {
    out_ += fmt::format("{};", list.size());
    for (const SortOrder& order : list) {
      expression(order.expression);
      out_ += fmt::format("{}{}", order.descending ? 'd' : 'a', order.nulls_first ? 'f' : 'l');
    }
  }
  void signature(const function::Signature& signature) {
    out_ += fmt::format("{};", signature.arguments.size());
    for (const Type& type : signature.arguments) put_type(out_, type);
    put_type(out_, signature.result);
  }

  void unknown(std::string why) {
    if (unknown_.empty()) unknown_ = std::move(why);
  }

  std::string out_;
  std::string unknown_;
  std::vector<const SharedPlan*> shared_;
};

}  // namespace

std::string exact_text(const Value& value) {
  std::string out;
  put_type(out, value.type());
  std::visit(PutPayload{out}, value.payload());
  return out;
}

Fingerprint fingerprint(const Plan& plan) {
  Writer writer;
  writer.schema(plan.schema);
  writer.plan(plan);
  return std::move(writer).finish();
}

}  // namespace trueno::plan
