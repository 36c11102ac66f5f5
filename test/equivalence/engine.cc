#include "engine.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>

#include "backend/scalar/scalar_backend.h"
#include "backend/simd/simd_backend.h"
#include "bind/binder.h"
#include "compile/compile.h"
#include "exec/run.h"
#include "optimize/optimize.h"
#include "split.h"
#include "sql/parser.h"

namespace trueno::equivalence {

namespace {

class Constants final : public plan::ConstantEvaluator {
 public:
  explicit Constants(dispatch::Devices& devices) : devices_(devices) {}
  Result<Value> evaluate(const plan::Expression& expression) const override {
    if (expression.kind == plan::ExpressionKind::kLiteral || expression.kind == plan::ExpressionKind::kParameter) return expression.value;
    exec::Options options;
    options.policy = dispatch::Policy::kScalar;
    options.policy.learning = options.policy.recorded = false;
    const exec::Output output =
        TRUENO_TRY(exec::run(TRUENO_TRY(compile::compile_expression(expression)), devices_, options, CancelToken()));
    return output.rows.columns[0].value(0);
  }

 private:
  dispatch::Devices& devices_;
};

// The only name is t. Rows of VALUES lie as those of t do.
class OneTable final : public bind::NameResolver {
 public:
  OneTable(std::shared_ptr<const TableSource> source, const Layout& layout, const Constants& constants)
      : source_(std::move(source)), layout_(layout), constants_(constants) {}
  std::optional<bind::NamedQuery> view(const sql::QualifiedName&) const override { return std::nullopt; }
  Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool) const override {
    if (name.last().text != "t") return error(ErrorCode::kCatalog, "no table {}", name.to_string());
    return source_;
  }
  Result<std::shared_ptr<const TableSource>> table_function(const std::string& name, const std::vector<Value>&,
                                                            const bind::NamedValues&) const override {
    return error(ErrorCode::kCatalog, "no table function {}", name);
  }
  Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                    const std::vector<std::vector<plan::Expression>>& rows) const override {
    Table table{schema, std::vector<std::vector<Value>>(schema.size())};
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) table.columns[i].push_back(TRUENO_TRY(constants_.evaluate(row[i])));
    }
    return make_source(table, layout_);
  }

 private:
  std::shared_ptr<const TableSource> source_;
  const Layout& layout_;
  const Constants& constants_;
};

std::string failure_text(const Error& failure) { return fmt::format("{}: {}", error_code_name(failure.code()), failure.message()); }

}  // namespace

std::string describe(const Configuration& c) {
  std::string text = fmt::format("{}{}{}, {} thread{}, morsels of {}, {}", c.device.kind, c.device.isa.empty() ? "" : " ", c.device.isa,
                                 c.threads, c.threads == 1 ? "" : "s", c.morsel_rows, describe(c.layout));
  if (c.chunk_rows != 0) text += fmt::format(", chunks of {}", c.chunk_rows);
  if (c.spill_morsels != 0) text += fmt::format(", states put aside after {} morsels", c.spill_morsels);
  if (!c.optimizer) text += ", no optimizer";
  for (const std::string& rule : c.disabled_rules) text += fmt::format(", without {}", rule);
  if (!c.statistics_answers) text += ", no answers from statistics";
  if (c.split_seed != 0) text += ", partial states split and merged";
  return text;
}

namespace {

// The rows in one order, whichever they came in: by their values' text.
void put_in_order(Outcome& outcome) {
  std::vector<std::string> texts(static_cast<std::size_t>(outcome.rows));
  for (const std::vector<Value>& column : outcome.columns) {
    for (std::size_t row = 0; row < column.size(); ++row) texts[row] += column[row].to_string() + "|";
  }
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t row) { return std::pair(std::string_view(texts[row]), row); });
  for (std::vector<Value>& column : outcome.columns) {
    std::vector<Value> sorted;
    for (const std::size_t row : order) sorted.push_back(std::move(column[row]));
    column = std::move(sorted);
  }
}

}  // namespace

std::string difference(Outcome expected, Outcome got, bool any_order) {
  if (any_order) {
    put_in_order(expected);
    put_in_order(got);
  }
  if (expected.failure != got.failure) {
    const auto said = [](const Outcome& o) { return o.failure.empty() ? fmt::format("{} rows", o.rows) : o.failure; };
    return fmt::format("expected {}, got {}", said(expected), said(got));
  }
  if (!expected.failure.empty()) return {};
  if (expected.schema != got.schema) return "the schemas differ";
  if (expected.rows != got.rows) return fmt::format("expected {} rows, got {}", expected.rows, got.rows);
  for (std::size_t c = 0; c < expected.columns.size(); ++c) {
    for (std::size_t row = 0; row < expected.columns[c].size(); ++row) {
      const Value& a = expected.columns[c][row];
      const Value& b = got.columns[c][row];
      if (!(a == b))
        return fmt::format("row {}, column {} ({}): expected {}, got {}", row, c, a.type().to_string(), a.to_string(), b.to_string());
    }
  }
  return {};
}

struct Engine::Services {
  function::Catalogue functions;
  std::vector<Device> devices;
  std::vector<std::unique_ptr<dispatch::Devices>> backends;  // by device: the reference, and the device where it is another
};

Engine::Engine() : services_(std::make_unique<Services>()) {
  constexpr int kParallelism = 2;
  const std::shared_ptr<backend::Backend> scalar = backend::make_scalar_backend(kParallelism);
  services_->devices.push_back({"scalar", "", dispatch::Policy::kScalar, 0});
  const auto with = [&](std::vector<std::shared_ptr<backend::Backend>> list) {
    services_->backends.push_back(std::make_unique<dispatch::Devices>(std::move(list)));
  };
  with({scalar});
  for (const std::string& isa : backend::simd_instruction_sets()) {
    auto simd = backend::make_simd_backend(kParallelism, isa);
    if (!simd) continue;
    services_->devices.push_back({"simd", isa, dispatch::Policy::kSimd, services_->devices.size()});
    with({scalar, std::move(*simd)});
  }
}

Engine::~Engine() = default;

const std::vector<Device>& Engine::devices() const { return services_->devices; }

Outcome Engine::run(const Table& table, const std::string& sql, const std::vector<Value>& parameters,
                    const Configuration& configuration) const {
  Outcome outcome;
  const auto work = [&]() -> Status {
    dispatch::Devices& backends = *services_->backends[configuration.device.number];
    const Constants constants(backends);
    const OneTable names(TRUENO_TRY(make_source(table, configuration.layout)), configuration.layout, constants);
    const bind::Context context{services_->functions, names, constants, parameters, {}};
    const std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(sql));
    const auto* query = statements.at(0)->as<sql::QueryStatement>();
    if (query == nullptr) return error(ErrorCode::kInternal, "not a query: {}", sql);
    plan::PlanPtr plan = TRUENO_TRY(bind::bind_query(*query->query, context));
    outcome.bound = true;
    optimize::Options rules;
    rules.optional_rules = configuration.optimizer;
    rules.statistics_answers = configuration.statistics_answers;
    rules.disabled = configuration.disabled_rules;
    plan = TRUENO_TRY(optimize::optimize(std::move(plan), constants, rules));
    const kernel::PipelinePlan pipelines =
        TRUENO_TRY(compile::compile(*plan, {.trust_claims = configuration.statistics_answers, .use_codes = configuration.optimizer}));
    Batch rows;
    if (configuration.split_seed != 0 && pipelines.loops.empty()) {  // rounds of a recursion are exec's own
      Random random(configuration.split_seed);
      rows = TRUENO_TRY(run_split(pipelines, *backends.list().back(), *backends.list().front(), configuration.chunk_rows, random));
    } else {
      exec::Options options;
      options.threads = configuration.threads;
      options.morsel_rows = configuration.morsel_rows;
      options.chunk_rows = configuration.chunk_rows;
      options.spill_morsels = configuration.spill_morsels;
      if (options.spill_morsels != 0) options.temp_directory = std::filesystem::temp_directory_path().string();
      options.policy = configuration.device.policy;
      options.policy.learning = options.policy.recorded = false;
      rows = std::move(TRUENO_TRY(exec::run(pipelines, backends, options, CancelToken())).rows);
    }
    outcome.schema = pipelines.result;
    outcome.rows = rows.length;
    for (const Column& column : rows.columns) {
      outcome.columns.emplace_back();
      for (std::int64_t row = 0; row < rows.length; ++row) outcome.columns.back().push_back(column.value(row));
    }
    return {};
  };
  if (const Status status = work(); !status) outcome.failure = failure_text(status.error());
  return outcome;
}

}  // namespace trueno::equivalence
