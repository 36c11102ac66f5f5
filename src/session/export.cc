#include "session/export.h"

#include <utility>

#include "storage/arrow_module.h"

namespace trueno::session {

namespace {

class TakerFile final : public WritableFile {
 public:
  explicit TakerFile(const ByteTaker& take) : take_(take) {}
  Status write(std::span<const std::uint8_t> bytes) override {
    if (!take_(bytes)) return error(ErrorCode::kIo, "the output cannot be written");
    return {};
  }
  Status close() override { return {}; }

 private:
  const ByteTaker& take_;
};

BatchStream once(const Batch& rows) {
  return [&rows, given = false]() mutable -> Result<std::optional<Batch>> {
    if (std::exchange(given, true)) return std::nullopt;
    return rows;
  };
}

}  // namespace

Status write_parquet(const Schema& schema, const Batch& rows, const ByteTaker& take) {
  const ArrowModule* module = TRUENO_TRY(load_arrow_module());
  TakerFile file(take);
  return module->write_parquet(schema, once(rows), file, {});
}

Status write_arrow_ipc(const Schema& schema, const Batch& rows, const ByteTaker& take) {
  const ArrowModule* module = TRUENO_TRY(load_arrow_module());
  TakerFile file(take);
  return module->write_arrow_ipc(schema, once(rows), file);
}

}  // namespace trueno::session
