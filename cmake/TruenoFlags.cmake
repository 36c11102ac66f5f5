# How everything is compiled: warnings, sanitizers, ccache, and the third-party headers that more than one folder uses.
#   trueno_flags         all code: warnings are errors, floating point as written
#   trueno_source_flags  code of src/: that, without exceptions and RTTI
#   trueno_fmt           {fmt}: its headers; base/format_library.cc is its library
#   trueno_highway       Highway, for unpack and backend/simd alone
#   trueno_tbb           oneTBB, for exec and for uploads to a GPU
#   trueno_re2           RE2, for function alone
#   trueno_zlib, _zstd   zlib and zstd, for storage/stream alone
set(TRUENO_WASM OFF)
if(CMAKE_SYSTEM_NAME STREQUAL "Generic")
  set(TRUENO_WASM ON)
endif()

# ccache, told here and not by the environment, so that every build of every checkout shares what is compiled, however it is started.
find_program(TRUENO_CCACHE ccache)
if(TRUENO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${TRUENO_CCACHE}")
endif()

add_library(trueno_flags INTERFACE)
target_compile_options(trueno_flags INTERFACE -Wall -Wextra -Wconversion -Werror -Werror=switch -ffp-contract=off -fno-math-errno)
target_include_directories(trueno_flags INTERFACE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in std::string's operator+ (GCC bug 105651).
  target_compile_options(trueno_flags INTERFACE -Wno-restrict)
endif()
if(TRUENO_LINKER)
  target_link_options(trueno_flags INTERFACE -fuse-ld=${TRUENO_LINKER})
endif()
if(TRUENO_SANITIZE)
  list(JOIN TRUENO_SANITIZE "," _sanitizers)
  target_compile_options(trueno_flags INTERFACE -fsanitize=${_sanitizers} -fno-omit-frame-pointer)
  target_link_options(trueno_flags INTERFACE -fsanitize=${_sanitizers})
  if("undefined" IN_LIST TRUENO_SANITIZE)
    target_compile_options(trueno_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()
if(TRUENO_FUZZ)
  target_compile_options(trueno_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TRUENO_COVERAGE)
  target_compile_options(trueno_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(trueno_flags INTERFACE -fprofile-instr-generate)
endif()

add_library(trueno_source_flags INTERFACE)
target_link_libraries(trueno_source_flags INTERFACE trueno_flags)
target_compile_options(trueno_source_flags INTERFACE -fno-exceptions -fno-rtti)

# Tests of folders: a class derived from one of ours has no type information to point to. They are not optimised: they take a third of a
# build, and what they call is.
add_library(trueno_unit_test_flags INTERFACE)
target_compile_options(trueno_unit_test_flags INTERFACE -fno-rtti -O0 -g0)

# A cross build takes the headers of this machine, which are the same for every target, and links no library of it.
find_path(TRUENO_FMT_INCLUDE fmt/core.h PATHS /usr/include REQUIRED)
add_library(trueno_fmt INTERFACE)
target_compile_definitions(trueno_fmt INTERFACE "FMT_STATIC_THOUSANDS_SEPARATOR=','")
if(NOT CMAKE_CROSSCOMPILING)
  target_include_directories(trueno_fmt SYSTEM INTERFACE "${TRUENO_FMT_INCLUDE}")
endif()

find_path(TRUENO_HIGHWAY_INCLUDE hwy/highway.h PATHS /usr/include REQUIRED)
add_library(trueno_highway INTERFACE)
if(CMAKE_CROSSCOMPILING)
  # One instruction set, chosen by the target: nothing to dispatch and nothing to link.
  target_compile_definitions(trueno_highway INTERFACE HWY_COMPILE_ONLY_STATIC)
else()
  find_library(TRUENO_HIGHWAY_LIBRARY hwy REQUIRED)
  target_include_directories(trueno_highway SYSTEM INTERFACE "${TRUENO_HIGHWAY_INCLUDE}")
  target_link_libraries(trueno_highway INTERFACE "${TRUENO_HIGHWAY_LIBRARY}")
endif()

# oneTBB, for exec and for uploads to a GPU. Where the target is not this machine, exec has threads of its own (or one, on WebAssembly); so it has under the
# thread sanitizer, which cannot follow a library that is built without it: every fork and join would be reported.
if(NOT CMAKE_CROSSCOMPILING AND NOT TRUENO_SANITIZE MATCHES thread)
  find_package(TBB REQUIRED)
  add_library(trueno_tbb INTERFACE)
  target_link_libraries(trueno_tbb INTERFACE TBB::tbb)
endif()

# RE2, for function alone. A cross build goes without: its regular expressions say that they are not there.
add_library(trueno_re2 INTERFACE)
if(NOT CMAKE_CROSSCOMPILING)
  find_path(TRUENO_RE2_INCLUDE re2/re2.h PATHS /usr/include REQUIRED)
  find_library(TRUENO_RE2_LIBRARY re2 REQUIRED)
  target_include_directories(trueno_re2 SYSTEM INTERFACE "${TRUENO_RE2_INCLUDE}")
  target_link_libraries(trueno_re2 INTERFACE "${TRUENO_RE2_LIBRARY}")
  target_compile_definitions(trueno_re2 INTERFACE TRUENO_HAS_RE2)
endif()

# zlib and zstd, for storage/stream alone. A cross build goes without: packed files say that they cannot be read.
add_library(trueno_zlib INTERFACE)
add_library(trueno_zstd INTERFACE)
if(NOT CMAKE_CROSSCOMPILING)
  foreach(_library zlib:z zstd:zstd)
    string(REGEX MATCH "^([a-z]+):([a-z]+)$" _match "${_library}")
    string(TOUPPER "${CMAKE_MATCH_1}" _name)
    find_path(TRUENO_${_name}_INCLUDE ${CMAKE_MATCH_1}.h PATHS /usr/include REQUIRED)
    find_library(TRUENO_${_name}_LIBRARY ${CMAKE_MATCH_2} REQUIRED)
    target_include_directories(trueno_${CMAKE_MATCH_1} SYSTEM INTERFACE "${TRUENO_${_name}_INCLUDE}")
    target_link_libraries(trueno_${CMAKE_MATCH_1} INTERFACE "${TRUENO_${_name}_LIBRARY}")
    target_compile_definitions(trueno_${CMAKE_MATCH_1} INTERFACE TRUENO_HAS_${_name})
  endforeach()
endif()

# GoogleTest: installed, or built from its sources where the target is not this machine; and the main of our test programs.
function(trueno_find_gtest)
  if(TARGET trueno_test_main)
    return()
  endif()
  if(CMAKE_CROSSCOMPILING)
    if(NOT EXISTS /usr/src/googletest/CMakeLists.txt)
      message(FATAL_ERROR "a cross build needs the sources of GoogleTest (package googletest)")
    endif()
    set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
    add_subdirectory(/usr/src/googletest "${CMAKE_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL SYSTEM)
    foreach(_part gtest gmock)
      if(NOT TARGET GTest::${_part})
        add_library(GTest::${_part} ALIAS ${_part})
      endif()
    endforeach()
  else()
    find_package(GTest REQUIRED GLOBAL)
  endif()
  add_library(trueno_test_main STATIC "${CMAKE_SOURCE_DIR}/test/support/main.cc")
  target_link_libraries(trueno_test_main PRIVATE trueno_flags PUBLIC GTest::gtest GTest::gmock)
endfunction()
