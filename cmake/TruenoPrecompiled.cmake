# Precompiled headers of the standard library, {fmt} and GoogleTest, shared by all targets of one kind: half of the time of a build goes
# into parsing them. They hold no header of ours, so that nothing of ours is included unseen. Only with clang: the build with g++ does
# without, and so finds what a file forgot to include.
#   trueno_precompiled_source  for what compiles with trueno_source_flags
#   trueno_precompiled_test    for the tests beside the code
function(trueno_precompiled name header)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/precompiled/${name}.cc" CONTENT "" @ONLY)
  add_library(${name} OBJECT "${CMAKE_BINARY_DIR}/precompiled/${name}.cc")
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_precompile_headers(${name} PRIVATE "${header}")
  # It names the files it was made of by their full paths, so it is never taken from ccache, ...
  set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "")
  # ... and what is compiled with it is known by what went into it rather than by its bytes, which differ from checkout to checkout.
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  file(SHA256 "${header}" _sum)
  file(SHA256 "${TRUENO_FMT_INCLUDE}/fmt/core.h" _fmt)
  string(SHA256 _sum "${_sum} ${_fmt} ${CMAKE_CXX_COMPILER_VERSION}")
  set(_file "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.pch")
  set_property(TARGET ${name} PROPERTY TRUENO_FILE "${_file}")
  file(CONFIGURE OUTPUT "${_file}.sum" CONTENT "${_sum}" @ONLY)
endfunction()

trueno_precompiled(trueno_precompiled_source "${CMAKE_SOURCE_DIR}/cmake/precompiled_source.h" trueno_source_flags trueno_fmt)

# trueno_precompile(<target> source|test SOURCE...): not by REUSE_FROM, which also passes the header by its full path, and ccache takes
# that for a part of what is compiled.
function(trueno_precompile target kind)
  if(TARGET trueno_precompiled_${kind})
    get_target_property(_file trueno_precompiled_${kind} TRUENO_FILE)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" "SHELL:-include-pch ${_file}")
    set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS "${_file}")
  endif()
endfunction()
