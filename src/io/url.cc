#include "io/url.h"

#include "base/name.h"

namespace trueno {

bool is_url(std::string_view path) {
  const std::string begin = lower_name(path.substr(0, 8));
  return begin.starts_with("http://") || begin == "https://";
}

std::string without_query(std::string_view path) { return std::string(is_url(path) ? path.substr(0, path.find_first_of("?#")) : path); }

}  // namespace trueno
