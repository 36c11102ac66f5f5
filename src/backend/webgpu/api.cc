#include "backend/webgpu/api.h"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

namespace trueno::backend::webgpu {

std::string_view provider_name(Provider provider) {
  switch (provider) {
    case Provider::kStandard: return "standard";
    case Provider::kDawn2025: return "Dawn 2025";
    case Provider::kWgpuNative: return "wgpu-native";
  }
  return "?";
}

Result<Api> fill_api(const FindFunction& find) {
  Api api;
#define TRUENO_WEBGPU_FIND(name, result, ...)                               \
  api.name = reinterpret_cast<result (*)(__VA_ARGS__)>(find("wgpu" #name)); \
  if (api.name == nullptr) return error(ErrorCode::kDevice, "it has no function wgpu{}", #name);
  TRUENO_WEBGPU_FUNCTIONS(TRUENO_WEBGPU_FIND)
#undef TRUENO_WEBGPU_FIND
  api.DevicePoll = reinterpret_cast<decltype(api.DevicePoll)>(find("wgpuDevicePoll"));
  if (api.DevicePoll != nullptr) {
    api.dialect = {Provider::kWgpuNative, false, false, false};
  } else if (find("wgpuGetInstanceFeatures") != nullptr) {
    api.dialect = {Provider::kStandard, true, false, true};
  } else {
    api.dialect = {Provider::kDawn2025, true, true, true};
  }
  return api;
}

Result<Api> load_api(const std::string& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = ::dlerror();
    return error(ErrorCode::kDevice, "cannot load {}: {}", path, reason == nullptr ? "unknown reason" : reason);
  }
  Result<Api> api = fill_api([library](const char* name) { return ::dlsym(library, name); });
  if (!api) return std::move(api).error().context(fmt::format("{} is no WebGPU library: ", path));
  return api;
}

std::vector<std::string> library_candidates(const std::string& chosen) {
  if (!chosen.empty()) return {chosen};
  if (const char* variable = std::getenv("TRUENO_WEBGPU_LIBRARY"); variable != nullptr && *variable != '\0') return {variable};
  std::vector<std::string> paths;
#if defined(TRUENO_WEBGPU_LIBRARY)
  paths.emplace_back(TRUENO_WEBGPU_LIBRARY);
#endif
#if defined(__APPLE__)
  paths.insert(paths.end(), {"libwebgpu_dawn.dylib", "libwgpu_native.dylib"});
#else
  paths.insert(paths.end(), {"libwebgpu_dawn.so", "libwgpu_native.so"});
#endif
  return paths;
}

}  // namespace trueno::backend::webgpu
