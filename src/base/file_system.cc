#include "base/file_system.h"

#include <fmt/format.h>

namespace trueno {

std::string content_name(const FileIdentity& identity) {
  if (!identity.pinned) return {};
  return fmt::format("file {} {} {} {}", identity.path, identity.size, identity.modified_ns, identity.etag);
}

}  // namespace trueno
