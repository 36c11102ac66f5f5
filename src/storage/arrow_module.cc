// Finds the module and loads it.
//
// The module is opened with local symbols: it brings its own copies of base/ and column/, and neither copy may see the other's. What
// crosses the border are plain values, immutable columns and objects with virtual functions, all from one compiler.
#include "storage/arrow_module.h"

#if !defined(__wasm__)
#include <dlfcn.h>

#include <cstdlib>
#include <vector>
#endif

namespace trueno {

#if defined(__wasm__)

Result<const ArrowModule*> load_arrow_module() {
  return error(ErrorCode::kNotSupported, "Parquet and Arrow files are not read by the WebAssembly build")
      .hint("let the page read the file and hand over Arrow batches");
}

#else

namespace {

#if defined(__APPLE__)
constexpr const char* kFile = "libtrueno_arrow.dylib";
#else
constexpr const char* kFile = "libtrueno_arrow.so";
#endif

// Where the module may lie, best first.
std::vector<std::string> places() {
  std::vector<std::string> paths;
  Dl_info here{};
  if (::dladdr(reinterpret_cast<const void*>(&load_arrow_module), &here) != 0 && here.dli_fname != nullptr) {
    const std::string self(here.dli_fname);
    const std::size_t slash = self.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : self.substr(0, slash);
    paths.push_back(folder + "/" + kFile);
    paths.push_back(folder + "/../lib/" + kFile);
  }
  if (const char* chosen = std::getenv("TRUENO_ARROW_MODULE"); chosen != nullptr && *chosen != '\0') paths.emplace_back(chosen);
  return paths;
}

}  // namespace

Result<const ArrowModule*> load_arrow_module() {
  std::string failures;
  for (const std::string& path : places()) {
    // dlopen counts: asking again for a loaded module is cheap, and it is never closed.
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      failures += fmt::format("{}{}", failures.empty() ? "" : "; ", ::dlerror());
      continue;
    }
    using Entry = const ArrowModule* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, "trueno_arrow_module"));
    const ArrowModule* module = entry != nullptr ? entry() : nullptr;
    if (module == nullptr || module->version != ArrowModule::kVersion) {
      return error(ErrorCode::kNotSupported, "\"{}\" belongs to another version of Trueno-DB", path).hint("install both from one build");
    }
    return module;
  }
  return error(ErrorCode::kNotSupported, "Parquet and Arrow files need the module {}, which could not be loaded ({})", kFile, failures)
      .hint("put it beside the program, or set TRUENO_ARROW_MODULE to its path; it needs libarrow (pip install pyarrow==25.0.1)");
}

#endif

}  // namespace trueno
