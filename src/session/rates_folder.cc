#include "session/rates_folder.h"

#ifndef __wasm__

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trueno::session {

namespace {

std::filesystem::path cache_folder() {
  const auto from = [](const char* variable) {
    const char* text = std::getenv(variable);
    return std::filesystem::path(text == nullptr ? "" : text);
  };
  if (const auto own = from("TRUENO_CACHE_DIR"); !own.empty()) return own;
  if (const auto shared = from("XDG_CACHE_HOME"); !shared.empty()) return shared / "trueno";
  if (const auto home = from("HOME"); !home.empty()) return home / ".cache" / "trueno";
  return {};
}

std::optional<std::string> read(const std::string& name) {
  const std::filesystem::path folder = cache_folder();
  if (folder.empty()) return std::nullopt;
  std::ifstream file(folder / name);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// Under another name first: two processes may write at the same time, and a third read.
void write(const std::string& name, const std::string& text) {
  const std::filesystem::path folder = cache_folder();
  if (folder.empty()) return;
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  const std::filesystem::path fresh = folder / fmt::format("{}.{:x}", name, reinterpret_cast<std::uintptr_t>(&text));
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << text;
    if (!file.flush()) {
      file.close();
      std::filesystem::remove(fresh, failure);
      return;
    }
  }
  std::filesystem::rename(fresh, folder / name, failure);
  if (failure) std::filesystem::remove(fresh, failure);
}

}  // namespace

dispatch::RatesStore rates_in_cache_folder() { return {read, write}; }

}  // namespace trueno::session

#endif
