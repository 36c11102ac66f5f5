// Finds libcurl and fills the table of its functions.
#include "io/curl_library.h"

#if !defined(__wasm__)
#include <dlfcn.h>

#include <cstdlib>
#include <vector>
#endif

namespace trueno {

#if defined(__wasm__)

Result<const CurlLibrary*> load_curl() {
  return error(ErrorCode::kNotSupported, "URLs are not read by the WebAssembly build")
      .hint("let the page fetch the file and hand over Arrow batches");
}

#else

namespace {

template <class Function>
bool find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

bool fill(void* library, CurlLibrary& curl) {
  return find(library, "curl_global_init", curl.global_init) && find(library, "curl_easy_init", curl.easy_init) &&
         find(library, "curl_easy_cleanup", curl.easy_cleanup) && find(library, "curl_easy_reset", curl.easy_reset) &&
         find(library, "curl_easy_setopt", curl.easy_setopt) && find(library, "curl_easy_perform", curl.easy_perform) &&
         find(library, "curl_easy_getinfo", curl.easy_getinfo) && find(library, "curl_easy_strerror", curl.easy_strerror) &&
         find(library, "curl_slist_append", curl.slist_append) && find(library, "curl_slist_free_all", curl.slist_free_all);
}

Result<CurlLibrary> load() {
  constexpr long kEverything = 3;  // CURL_GLOBAL_ALL
#if defined(__APPLE__)
  std::vector<const char*> names = {"libcurl.4.dylib"};
#else
  std::vector<const char*> names = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif
  if (const char* chosen = std::getenv("TRUENO_CURL_LIBRARY"); chosen != nullptr && *chosen != '\0') names = {chosen};
  for (const char* name : names) {
    void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    CurlLibrary curl;
    if (library != nullptr && fill(library, curl) && curl.global_init(kEverything) == 0) return curl;
  }
  return error(ErrorCode::kNotSupported, "URLs are read through libcurl, which cannot be loaded ({})", names.front())
      .hint("install libcurl 4, or say in TRUENO_CURL_LIBRARY where it is");
}

}  // namespace

Result<const CurlLibrary*> load_curl() {
  static const Result<CurlLibrary> library = load();
  if (!library) return Error(library.error());
  return &*library;
}

#endif

}  // namespace trueno
