#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/threads.h"
#include "io/curl_library.h"

namespace trueno {

/// How patient requests are.
struct HttpOptions {
  int attempts = 4;         // of a request that fails for a reason that may pass
  int first_wait_ms = 100;  // before the second attempt; three times as long before each further
  int connect_timeout_ms = 10'000;
  int idle_timeout_s = 20;                               // without a byte
  std::uint64_t largest_whole = std::uint64_t{1} << 30;  // of a file whose server gives no ranges
  std::string ca_file;                                   // certificates that servers are believed by; empty: the system's

  /// These, with the file of certificates that CURL_CA_BUNDLE or SSL_CERT_FILE names.
  [[nodiscard]] static HttpOptions of_environment();
};

/// Bytes [first, last] of a file.
struct HttpRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

struct HttpResponse {
  int status = 0;
  std::string body;
  // Headers; empty: not there.
  std::string content_range;
  std::string etag;
  std::string last_modified;
};

/// Sends GET requests. Thread-safe; connections are kept and used again.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options) : options_(std::move(options)) {}
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// GET of a range, with further header lines. Statuses 200, 206, 412 and 416 are for the caller. kFileNotFound (404, 410),
  /// kPermissionDenied (401, 403), kIo: all else, after attempts where that may help. A body longer than the range is kIo, one of status
  /// 200 is the whole file.
  [[nodiscard]] Result<HttpResponse> get(const std::string& url, HttpRange range, const std::vector<std::string>& headers);
  [[nodiscard]] const HttpOptions& options() const { return options_; }

 private:
  struct Attempt;
  [[nodiscard]] Result<Attempt> try_once(const CurlLibrary& curl, const std::string& url, HttpRange range,
                                         const std::vector<std::string>& headers);
  [[nodiscard]] CurlHandle* take_handle(const CurlLibrary& curl);
  void give_handle(CurlHandle* handle);

  const HttpOptions options_;
  Mutex mutex_;
  std::vector<CurlHandle*> handles_;  // not in use
};

}  // namespace trueno
