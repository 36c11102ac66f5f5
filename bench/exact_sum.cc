// SUM of floats, which is the correctly rounded exact sum, against a plain sum with four vector accumulators over the same memory size.
//
// usage: trueno_bench_exact_sum [million rows = 100] [threads = 2]
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "trueno/trueno.h"

namespace {

constexpr std::size_t kBatchRows = 1 << 20;
constexpr int kRounds = 9;

// Batches of one column of prices (log-normal, two decimals) as an Arrow stream; owns what it hands out.
template <class T>
struct Prices {
  std::size_t rows_left;
  std::mt19937_64 random{42};

  static void release_schema(ArrowSchema* schema) {
    if (schema->n_children != 0) std::free(schema->children);
    schema->release = nullptr;
  }
  static void release_array(ArrowArray* array) {
    delete static_cast<std::vector<T>*>(array->private_data);
    delete[] array->buffers;
    if (array->n_children != 0) delete[] array->children;
    array->release = nullptr;
  }
  static int get_schema(ArrowArrayStream*, ArrowSchema* out) {
    static ArrowSchema child;
    child = {std::is_same_v<T, double> ? "g" : "f", "x", nullptr, 0, 0, nullptr, nullptr, release_schema, nullptr};
    auto** children = static_cast<ArrowSchema**>(std::malloc(sizeof(ArrowSchema*)));
    children[0] = &child;
    *out = {"+s", "", nullptr, 0, 1, children, nullptr, release_schema, nullptr};
    return 0;
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    auto& self = *static_cast<Prices*>(stream->private_data);
    const std::size_t rows = std::min(self.rows_left, kBatchRows);
    if (rows == 0) {
      out->release = nullptr;
      return 0;
    }
    self.rows_left -= rows;
    std::normal_distribution<double> normal(3.5, 1.2);
    auto* values = new std::vector<T>(rows);
    for (T& value : *values) value = static_cast<T>(std::round(std::exp(normal(self.random)) * 100) / 100);
    static ArrowArray child;
    child = {
        static_cast<std::int64_t>(rows), 0, 0, 2, 0, new const void*[2]{nullptr, values->data()}, nullptr, nullptr, release_array, values};
    *out = {static_cast<std::int64_t>(rows),
            0,
            0,
            1,
            1,
            new const void*[1]{nullptr},
            new ArrowArray*[1]{&child},
            nullptr,
            release_array,
            nullptr};
    return 0;
  }
  static const char* get_last_error(ArrowArrayStream*) { return nullptr; }
  static void release(ArrowArrayStream* stream) { stream->release = nullptr; }
};

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

template <class Work>
double timed(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Four accumulators of a vector each: enough to hide the latency of additions, so that memory is the limit.
template <class T>
T plain_sum(const T* values, std::size_t n) {
  constexpr std::size_t kChains = 4 * 64 / sizeof(T);
  T sums[kChains] = {};
  std::size_t i = 0;
  for (; i + kChains <= n; i += kChains) {
    for (std::size_t k = 0; k < kChains; ++k) sums[k] += values[i + k];
  }
  T sum = 0;
  for (std::size_t k = 0; k < kChains; ++k) sum += sums[k];
  for (; i < n; ++i) sum += values[i];
  return sum;
}

template <class T>
void compare(const char* name, std::size_t rows, int threads) {
  const auto db = trueno::Database::builder().threads(threads).build();
  Prices<T> prices{rows};
  ArrowArrayStream stream{Prices<T>::get_schema, Prices<T>::get_next, Prices<T>::get_last_error, Prices<T>::release, &prices};
  if (const auto loaded = db->load_arrow("t", &stream); !loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().text.c_str());
    std::exit(1);
  }
  std::vector<T> copy(rows);
  for (std::size_t i = 0; i < rows; ++i) copy[i] = static_cast<T>(i % 9973) / 100;
  const trueno::Connection connection = db->connection();
  auto exact = connection.query("SELECT sum(x) FROM t");
  std::vector<double> exact_ms;
  std::vector<double> plain_ms;
  volatile T sink = 0;
  for (int round = -1; round < kRounds; ++round) {
    const double a = timed([&] {
      const auto result = exact.execute_simd();
      if (!result) std::exit(1);
    });
    const double b = timed([&] {
      std::vector<std::thread> workers;
      std::vector<T> parts(static_cast<std::size_t>(threads) * 16);
      const std::size_t share = rows / static_cast<std::size_t>(threads);
      for (std::size_t t = 0; t < static_cast<std::size_t>(threads); ++t)
        workers.emplace_back([&, t] { parts[t * 16] = plain_sum(copy.data() + t * share, share); });
      for (std::thread& worker : workers) worker.join();
      for (const T part : parts) sink = sink + part;
    });
    if (round < 0) continue;  // the warm-up
    exact_ms.push_back(a);
    plain_ms.push_back(b);
  }
  const double gigabytes = static_cast<double>(rows * sizeof(T)) / 1e9;
  std::printf("%-12s %d thread%s  exact %7.2f ms  plain %7.2f ms (%.1f GB/s)  ratio %.2f\n", name, threads, threads == 1 ? " " : "s",
              median(exact_ms), median(plain_ms), gigabytes / median(plain_ms) * 1000, median(exact_ms) / median(plain_ms));
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rows = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100) * 1'000'000;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 2;
  compare<double>("SUM(DOUBLE)", rows, threads);
  compare<float>("SUM(FLOAT)", rows, threads);
  return 0;
}
