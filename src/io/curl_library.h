#pragma once

#include "base/result.h"

namespace trueno {

// What we use of libcurl's C interface, whose numbers never change (curl.h promises it). The library is loaded when the first URL is
// opened: a process that reads local files does not pay for it.

struct CurlHandle;  // CURL
struct CurlList;    // struct curl_slist

enum class CurlOption : int {
  kWriteData = 10001,
  kUrl = 10002,
  kRange = 10007,
  kUserAgent = 10018,
  kCaFile = 10065,
  kLowSpeedLimit = 19,
  kLowSpeedTime = 20,
  kHttpHeader = 10023,
  kHeaderData = 10029,
  kFollowLocation = 52,
  kMaxRedirects = 68,
  kNoSignal = 99,
  kConnectTimeoutMs = 156,
  kProtocols = 181,
  kRedirectProtocols = 182,
  kWriteFunction = 20011,
  kHeaderFunction = 20079,
};
inline constexpr int kCurlResponseCode = 0x200002;  // CURLINFO_RESPONSE_CODE

struct CurlLibrary {
  int (*global_init)(long flags) = nullptr;
  CurlHandle* (*easy_init)() = nullptr;
  void (*easy_cleanup)(CurlHandle*) = nullptr;
  void (*easy_reset)(CurlHandle*) = nullptr;
  int (*easy_setopt)(CurlHandle*, int option, ...) = nullptr;
  int (*easy_perform)(CurlHandle*) = nullptr;
  int (*easy_getinfo)(CurlHandle*, int info, ...) = nullptr;
  const char* (*easy_strerror)(int) = nullptr;
  CurlList* (*slist_append)(CurlList*, const char*) = nullptr;
  void (*slist_free_all)(CurlList*) = nullptr;
};

/// libcurl.so.4, or where the environment variable TRUENO_CURL_LIBRARY says. It stays loaded. kNotSupported, with what to do, when it is
/// not there; always so on WebAssembly. Thread-safe.
[[nodiscard]] Result<const CurlLibrary*> load_curl();

}  // namespace trueno
