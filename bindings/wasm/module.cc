// The WebAssembly module's C interface, which trueno.mjs wraps: bytes in, bytes out. One database a handle; the module has one thread.
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "statement_text.h"
#include "trueno/trueno.h"

#define TRUENO_EXPORT(name) __attribute__((export_name(#name))) name

namespace {

struct Handle {
  trueno::Database database;
  std::string answer;  // of the latest statement, until the next
};

}  // namespace

extern "C" {

// What Debian's wasm builtins (128-bit division) expect from a C library built with the stack protector.
extern std::uintptr_t __stack_chk_guard;
std::uintptr_t __stack_chk_guard = 0x5aa51ee7;
[[noreturn]] void __stack_chk_fail() { __builtin_trap(); }

void* TRUENO_EXPORT(trueno_allocate)(std::size_t bytes) { return std::malloc(bytes); }
void TRUENO_EXPORT(trueno_release)(void* memory) { std::free(memory); }

Handle* TRUENO_EXPORT(trueno_open)() { return new (std::nothrow) Handle; }
void TRUENO_EXPORT(trueno_close)(Handle* handle) { delete handle; }

/// Runs the statements; the answer's length. Its bytes lie at trueno_answer() until the next call.
std::size_t TRUENO_EXPORT(trueno_run)(Handle* handle, const char* sql, std::size_t length) {
  handle->answer = trueno::wasm::run_as_text(handle->database, std::string_view(sql, length));
  return handle->answer.size();
}
const char* TRUENO_EXPORT(trueno_answer)(const Handle* handle) { return handle->answer.data(); }

}  // extern "C"
