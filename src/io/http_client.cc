// GET requests through libcurl.
//
// What may pass is tried again: connections that fail or break, time-outs, and statuses that say so (408, 429, 5xx). A body that ends early
// is a broken connection: libcurl compares it with Content-Length.
#include "io/http_client.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "base/name.h"

#if !defined(__wasm__)
#include <chrono>
#include <thread>
#endif

namespace trueno {

namespace {

// What libcurl calls while a response comes in.
struct Incoming {
  HttpResponse response;
  std::uint64_t most = 0;  // bytes of a body that is a range
  std::uint64_t largest_whole = 0;
  bool too_long = false;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

// One header line. A status line begins a response anew: there is one a redirect.
std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto& incoming = *static_cast<Incoming*>(data);
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {
    incoming.response = {};
    const std::size_t space = line.find(' ');
    for (std::size_t i = space + 1; space != std::string_view::npos && i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i)
      incoming.response.status = std::min(incoming.response.status * 10 + (line[i] - '0'), 9999);
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  const std::string_view name = line.substr(0, colon);
  const std::string value(trimmed(line.substr(colon + 1)));
  if (same_name(name, "content-range")) incoming.response.content_range = value;
  if (same_name(name, "etag")) incoming.response.etag = value;
  if (same_name(name, "last-modified")) incoming.response.last_modified = value;
  return line.size();
}

// A piece of a body. Giving less than its size ends the transfer.
std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto& incoming = *static_cast<Incoming*>(data);
  const std::size_t length = size * count;
  const std::uint64_t most = incoming.response.status == 206   ? incoming.most
                             : incoming.response.status == 200 ? incoming.largest_whole
                                                               : std::uint64_t{1} << 16;
  if (incoming.response.body.size() + length > most) {
    incoming.too_long = true;
    return 0;
  }
  incoming.response.body.append(bytes, length);
  return length;
}

bool may_pass(int status) {
  static constexpr std::array kStatuses = {408, 429, 500, 502, 503, 504};
  return std::ranges::find(kStatuses, status) != kStatuses.end();
}

// CURLE_*: resolving, connecting, time-outs, ends and breaks of connections.
bool may_pass_code(int code) {
  static constexpr std::array kCodes = {5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

void wait_ms(int milliseconds) {
#if !defined(__wasm__)
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
#else
  static_cast<void>(milliseconds);
#endif
}

}  // namespace

HttpOptions HttpOptions::of_environment() {
  HttpOptions options;
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* file = std::getenv(name);
    if (file != nullptr && options.ca_file.empty()) options.ca_file = file;
  }
  return options;
}

// How one attempt ended: with a response, or with an error that may pass.
struct HttpClient::Attempt {
  HttpResponse response;
  std::optional<Error> passing;
};

HttpClient::~HttpClient() {
  if (handles_.empty()) return;
  const Result<const CurlLibrary*> curl = load_curl();
  for (CurlHandle* handle : handles_) (*curl)->easy_cleanup(handle);
}

CurlHandle* HttpClient::take_handle(const CurlLibrary& curl) {
  const LockGuard lock(mutex_);
  if (handles_.empty()) return curl.easy_init();
  CurlHandle* handle = handles_.back();
  handles_.pop_back();
  return handle;
}

void HttpClient::give_handle(CurlHandle* handle) {
  const LockGuard lock(mutex_);
  handles_.push_back(handle);
}

Result<HttpResponse> HttpClient::get(const std::string& url, HttpRange range, const std::vector<std::string>& headers) {
  const CurlLibrary* curl = TRUENO_TRY(load_curl());
  int wait = options_.first_wait_ms;
  for (int attempt = 1;; ++attempt) {
    Attempt outcome = TRUENO_TRY(try_once(*curl, url, range, headers));
    if (!outcome.passing) return std::move(outcome.response);
    if (attempt >= options_.attempts) return std::move(*outcome.passing).hint(fmt::format("{} attempts failed", attempt));
    wait_ms(wait);
    wait *= 3;
  }
}

Result<HttpClient::Attempt> HttpClient::try_once(const CurlLibrary& curl, const std::string& url, HttpRange range,
                                                 const std::vector<std::string>& headers) {
  constexpr long kHttpOnly = 1 | 2;  // CURLPROTO_HTTP, CURLPROTO_HTTPS: no redirect leads to a file
  CurlHandle* handle = take_handle(curl);
  if (handle == nullptr) return error(ErrorCode::kOutOfMemory, "libcurl has no memory");
  curl.easy_reset(handle);
  Incoming incoming;
  incoming.most = range.last - range.first + 1;
  incoming.largest_whole = options_.largest_whole;
  CurlList* list = nullptr;
  for (const std::string& header : headers) list = curl.slist_append(list, header.c_str());
  const std::string bytes = fmt::format("{}-{}", range.first, range.last);
  const auto set = [&](CurlOption option, auto value) { static_cast<void>(curl.easy_setopt(handle, static_cast<int>(option), value)); };
  set(CurlOption::kUrl, url.c_str());
  set(CurlOption::kRange, bytes.c_str());
  set(CurlOption::kHttpHeader, list);
  set(CurlOption::kUserAgent, "trueno");
  set(CurlOption::kProtocols, kHttpOnly);
  set(CurlOption::kRedirectProtocols, kHttpOnly);
  set(CurlOption::kFollowLocation, 1L);
  set(CurlOption::kMaxRedirects, 10L);
  set(CurlOption::kNoSignal, 1L);
  if (!options_.ca_file.empty()) set(CurlOption::kCaFile, options_.ca_file.c_str());
  set(CurlOption::kConnectTimeoutMs, static_cast<long>(options_.connect_timeout_ms));
  set(CurlOption::kLowSpeedLimit, 1L);
  set(CurlOption::kLowSpeedTime, static_cast<long>(options_.idle_timeout_s));
  set(CurlOption::kHeaderFunction, &on_header);
  set(CurlOption::kHeaderData, static_cast<void*>(&incoming));
  set(CurlOption::kWriteFunction, &on_body);
  set(CurlOption::kWriteData, static_cast<void*>(&incoming));
  const int code = curl.easy_perform(handle);
  curl.slist_free_all(list);
  give_handle(handle);

  Attempt attempt;
  if (incoming.too_long) {
    if (incoming.response.status == 200) {
      return error(ErrorCode::kIo, "\"{}\": the server gives no ranges, and the file is larger than {} bytes", url, options_.largest_whole);
    }
    return error(ErrorCode::kIo, "\"{}\": the server sends more than the bytes {} that were asked for", url, bytes);
  }
  if (code != 0) {
    Error failure = error(ErrorCode::kIo, "\"{}\": {}", url, curl.easy_strerror(code));
    if (!may_pass_code(code)) return failure;
    attempt.passing = std::move(failure);
    return attempt;
  }
  const int status = incoming.response.status;
  if (status == 404 || status == 410) return error(ErrorCode::kFileNotFound, "no file \"{}\" (status {})", url, status);
  if (status == 401 || status == 403) return error(ErrorCode::kPermissionDenied, "opening \"{}\": the server says {}", url, status);
  if (may_pass(status)) {
    attempt.passing = error(ErrorCode::kIo, "\"{}\": the server says {}", url, status);
    return attempt;
  }
  if (status != 200 && status != 206 && status != 412 && status != 416)
    return error(ErrorCode::kIo, "\"{}\": the server says {}", url, status);
  attempt.response = std::move(incoming.response);
  return attempt;
}

}  // namespace trueno
