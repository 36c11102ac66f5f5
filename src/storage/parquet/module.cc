// The one symbol libtrueno_arrow.so shows.
#include "storage/arrow_module.h"

extern "C" __attribute__((visibility("default"))) const trueno::ArrowModule* trueno_arrow_module() {
  static constexpr trueno::ArrowModule kModule = {
      .version = trueno::ArrowModule::kVersion,
      .open_parquet = trueno::arrow_module::open_parquet,
      .open_arrow_ipc = trueno::arrow_module::open_arrow_ipc,
      .write_parquet = trueno::arrow_module::write_parquet,
      .write_arrow_ipc = trueno::arrow_module::write_arrow_ipc,
  };
  return &kModule;
}
