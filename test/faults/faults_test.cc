// A GPU that fails at every step of a query: the right answer or one typed error, the database usable after it, nothing left behind.
#include <gtest/gtest.h>

#include <cstdlib>

#include "backend/scalar/scalar_backend.h"
#include "backend/webgpu/webgpu_backend.h"
#include "faulty_provider.h"
#include "session/database.h"

namespace trueno::test {
namespace {

constexpr std::string_view kTables =
    "CREATE TABLE t AS SELECT (i % 4)::INTEGER AS k, (i * 7919 % 100003 - 50000)::INTEGER AS a, (i * 104729 % 1000003)::BIGINT AS b,"
    " (i * 31 % 977)::DOUBLE / 8 AS f, CASE i % 3 WHEN 0 THEN 'A' WHEN 1 THEN 'B' ELSE 'C' END AS s FROM range(30000) r(i);"
    "CREATE TABLE d AS SELECT i::INTEGER AS k, (i % 7)::INTEGER AS y FROM range(3) r(i)";
constexpr std::string_view kQueries[] = {
    "SELECT count(*), sum(a), min(b), max(b) FROM t WHERE a > 100",
    "SELECT s, k, count(*), sum(f), avg(f) FROM t GROUP BY s, k",
    "SELECT d.y, count(*), sum(b) FROM t JOIN d USING (k) GROUP BY d.y",
};
constexpr std::int64_t kMostSteps = 200;  // no query has as many

struct Answer {
  std::string text;  // of all cells, or of the error
  ErrorCode code = ErrorCode::kInternal;
  bool failed = false;
  std::vector<std::string> warnings;
  std::string devices;
};

class Engine {
 public:
  Engine() : database_(devices()) { ask(kTables); }

  Answer ask(std::string_view sql) {
    Answer answer;
    const auto results = database_.execute(sql, {}, CancelToken());
    if (!results) {
      answer.failed = true;
      answer.code = results.error().code();
      answer.text = results.error().to_string();
      return answer;
    }
    const session::StatementResult& last = results->back();
    for (std::int64_t row = 0; row < last.rows.length; ++row) {
      for (const Column& column : last.rows.columns) answer.text += column.value(row).to_string() + "|";
    }
    answer.warnings = last.warnings;
    for (const exec::PipelineProfile& pipeline : last.profile) answer.devices += pipeline.device + " ";
    return answer;
  }
  void prefer(std::string_view backend, std::string_view fallback) {
    const Answer set = ask(fmt::format("SET backend = '{}'; SET gpu_adapter = 'software'; SET gpu_fallback = '{}'", backend, fallback));
    ASSERT_FALSE(set.failed) << set.text;
  }

 private:
  static std::vector<std::shared_ptr<backend::Backend>> devices() {
    backend::WebGpuOptions options;
    options.device.software_allowed = true;
    options.device.timeout_ms = 500;
    options.device.load = faulty_provider::load;
    options.open_on_first_use = true;
    return {backend::make_scalar_backend(1), backend::make_webgpu_backend(options).value()};
  }

  session::Database database_;
};

class Faults : public testing::TestWithParam<Fault> {
 protected:
  void SetUp() override {
    static_cast<void>(faulty_provider::disarm());
    kept_ = faulty_provider::live_instances();
    Engine engine;
    engine.prefer("gpu", "error");
    const Answer probe = engine.ask("SELECT sum(a) FROM t");
    if (probe.failed) GTEST_SKIP() << probe.text;
  }
  static std::string expected(std::string_view sql) {
    Engine engine;
    engine.prefer("scalar", "warn");
    return engine.ask(sql).text;
  }
  // What is asked of one query with one fault. False: there was no such step.
  static bool survives(std::string_view sql, std::int64_t k, std::string_view fallback) {
    const std::string want = expected(sql);
    bool happened = false;
    {
      Engine engine;
      engine.prefer("gpu", fallback);
      faulty_provider::arm(GetParam(), k);
      const Answer answer = engine.ask(sql);
      happened = faulty_provider::disarm();
      if (answer.failed) {
        EXPECT_EQ(fallback, "error") << answer.text;
        EXPECT_TRUE(answer.code == ErrorCode::kDevice || answer.code == ErrorCode::kOutOfMemory) << answer.text;
      } else {
        EXPECT_EQ(answer.text, want);
        const bool on_gpu = answer.devices.find("webgpu") != std::string::npos;  // it was asked once more
        if (happened && !on_gpu && fallback == "warn") {
          EXPECT_FALSE(answer.warnings.empty());
        }
      }
      if (GetParam() != Fault::kAdapter) {  // that there is none is remembered for a while
        engine.prefer("gpu", fallback == "error" && sql.find("JOIN") == std::string_view::npos ? "error" : "silent");
        const Answer again = engine.ask(sql);
        EXPECT_EQ(again.text, want);
        EXPECT_NE(again.devices.find("webgpu"), std::string::npos) << again.devices;
      }
    }
    EXPECT_EQ(faulty_provider::live_buffers(), 0);
    // A device that still owes an answer stays.
    if (GetParam() != Fault::kTimeout) {
      EXPECT_EQ(faulty_provider::live_instances(), kept_);
    }
    return happened;
  }

  static inline std::int64_t kept_ = 0;  // instances that earlier tests left
};

TEST_P(Faults, AtEveryStepEndInTheRightAnswer) {
  for (const std::string_view sql : kQueries) {
    std::int64_t k = 1;
    for (; k < kMostSteps; ++k) {
      SCOPED_TRACE(fmt::format("{} of {} at step {}", name_of(GetParam()), sql, k));
      if (!survives(sql, k, "warn") || HasFailure()) break;
    }
    EXPECT_GT(k, 1) << "nothing was made to fail";
    EXPECT_LT(k, kMostSteps);
  }
}

TEST_P(Faults, AreTypedErrorsWhereTheGpuIsRequired) {
  for (std::int64_t k = 1; k < kMostSteps; ++k) {
    SCOPED_TRACE(fmt::format("{} at step {}", name_of(GetParam()), k));
    if (!survives(kQueries[1], k, "error") || HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Faults, testing::ValuesIn(kFaults), [](const auto& fault) { return std::string(name_of(fault.param)); });

// A process that goes on for long after.
TEST(AfterFaults, ManyQueriesRun) {
  const char* asked = std::getenv("TRUENO_QUERIES_AFTER_FAULTS");
  const std::int64_t queries = asked == nullptr ? 300 : std::strtoll(asked, nullptr, 10);
  Engine engine;
  engine.prefer("gpu", "silent");
  if (engine.ask("SELECT sum(a) FROM t").devices.find("webgpu") == std::string::npos) GTEST_SKIP() << "no GPU";
  engine.prefer("scalar", "warn");
  std::string want[std::size(kQueries)];
  for (std::size_t i = 0; i < std::size(kQueries); ++i) want[i] = engine.ask(kQueries[i]).text;
  engine.prefer("gpu", "silent");
  std::int64_t steady = 0;
  for (std::int64_t i = 0; i < queries; ++i) {
    const Fault fault = kFaults[static_cast<std::size_t>(i) % std::size(kFaults)];
    const bool armed = i < 50 && fault != Fault::kAdapter && fault != Fault::kTimeout;
    if (armed) faulty_provider::arm(fault, 1 + i % 5);
    const Answer answer = engine.ask(kQueries[static_cast<std::size_t>(i) % std::size(kQueries)]);
    static_cast<void>(faulty_provider::disarm());
    ASSERT_EQ(answer.text, want[static_cast<std::size_t>(i) % std::size(kQueries)]) << "query " << i;
    if (i == 100) steady = faulty_provider::live_buffers();
    if (!armed && i > 100) {
      ASSERT_LE(faulty_provider::live_buffers(), steady + 4) << "query " << i;
    }
  }
}

}  // namespace
}  // namespace trueno::test
