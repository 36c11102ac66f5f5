# wasm32 without emscripten: clang, Debian's wasi-libc and libc++ (packages libc++-22-dev-wasm32, libc++abi-22-dev-wasm32,
# libclang-rt-22-dev-wasm32, wasi-libc). The folders there carry the old target name, so it is wasm32-wasi and not wasm32-wasip1.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_CXX_COMPILER clang++-22)
set(CMAKE_AR llvm-ar-22)
set(CMAKE_RANLIB llvm-ranlib-22)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_FLAGS_INIT "-Wno-deprecated -fno-exceptions -fno-rtti -msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext -ffunction-sections -fdata-sections -fvisibility=hidden")
# The parser wants 2 MiB of stack (src/sql/README.md).
set(CMAKE_EXE_LINKER_FLAGS_INIT "--no-wasm-opt -fuse-ld=lld -Wl,--gc-sections -Wl,--max-memory=4294967296 -Wl,-z,stack-size=4194304")
# No library of this machine; the headers ({fmt}, Highway, xxHash) are the same everywhere and come from /usr/include.
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR node)
