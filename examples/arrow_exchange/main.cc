// Arrow in and out, through the Arrow C stream interface: no file, no copy of fixed-width columns, and no Arrow library needed. The other
// side here is a second database; it could be whatever speaks Arrow in the same process.
//
// usage: arrow_exchange READINGS.csv
#include <trueno/trueno.h>

#include <cstdint>
#include <cstdio>
#include <string>

namespace {

int fail(const trueno::Failure& failure) {
  std::fprintf(stderr, "%s\n", failure.text.c_str());
  return 1;
}

// Reads a stream by hand: the sum of its first column, which is BIGINT.
long long sum_of_first_column(ArrowArrayStream* stream) {
  long long sum = 0;
  for (;;) {
    ArrowArray batch;
    if (stream->get_next(stream, &batch) != 0 || batch.release == nullptr) return sum;
    const ArrowArray* column = batch.children[0];
    const auto* validity = static_cast<const std::uint8_t*>(column->buffers[0]);
    const auto* values = static_cast<const std::int64_t*>(column->buffers[1]);
    for (std::int64_t i = column->offset; i < column->offset + column->length; ++i) {
      if (validity == nullptr || (validity[i / 8] >> (i % 8) & 1) != 0) sum += values[i];
    }
    batch.release(&batch);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const trueno::Database producer;
  auto made = producer.query("SELECT value, sensor FROM read_csv(?)").bind(argv[1]).to_arrow();
  if (!made) return fail(made.error());

  // In: the stream becomes a table.
  const trueno::Database consumer;
  if (const auto loaded = consumer.load_arrow("readings", made->get()); !loaded) return fail(loaded.error());
  const auto sensors =
      consumer.query("SELECT sensor, count(*), count(value), sum(value) FROM readings GROUP BY sensor ORDER BY sensor").execute();
  if (!sensors) return fail(sensors.error());
  for (const auto row : sensors->rows())
    std::printf("%s,%lld,%lld,%s\n", row.get<std::string>(0).c_str(), row.get<long long>(1), row.get<long long>(2),
                row.get<std::string>(3).c_str());

  // Out: read by hand.
  auto out = consumer.query("SELECT value FROM readings WHERE value > 0").to_arrow();
  if (!out) return fail(out.error());
  std::printf("positive %lld\n", sum_of_first_column(out->get()));
  return 0;
}
