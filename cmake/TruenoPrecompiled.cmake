# Precompiled headers: more than half of the time of a build would go into parsing the same headers again. Only with clang: g++ reads every
# source without them (`./dev check`), and so finds what a file forgot to include.
#   trueno_precompiled_<folder>  the standard library, {fmt}, and what nearly every file of that folder includes
#   trueno_precompiled_source    the standard library and {fmt}: for all other code of src/
#   trueno_precompiled_test      these and GoogleTest: for the tests beside the code

# Headers of ours that most files of a folder include, where parsing them is much of the time. One line a folder: this is the whole list.
set(TRUENO_PRECOMPILED_bind bind/expression_binder.h)
set(TRUENO_PRECOMPILED_exec kernel/program.h)
set(TRUENO_PRECOMPILED_function function/families.h)
set(TRUENO_PRECOMPILED_optimize optimize/rules.h)
set(TRUENO_PRECOMPILED_session catalog/root.h plan/plan.h sql/ast_statement.h)

# trueno_precompiled(<target> OWN <header under src>... HEADER <file> LINK <library>...)
function(trueno_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 _arg "" "HEADER" "OWN;LINK")
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/precompiled/${name}.cc" CONTENT "" @ONLY)
  add_library(${name} OBJECT "${CMAKE_BINARY_DIR}/precompiled/${name}.cc")
  target_link_libraries(${name} PRIVATE ${_arg_LINK})
  set(_own ${_arg_OWN})
  list(TRANSFORM _own PREPEND "${CMAKE_SOURCE_DIR}/src/")
  target_precompile_headers(${name} PRIVATE "${_arg_HEADER}" ${_own})
  # It names the files it was made of by their full paths, so it is never taken from ccache, ...
  set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "")
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" -fpch-instantiate-templates)
  # ... and what is compiled with it is known by what went into it rather than by its bytes, which differ from checkout to checkout.
  file(SHA256 "${_arg_HEADER}" _sum)
  file(SHA256 "${TRUENO_FMT_INCLUDE}/fmt/core.h" _fmt)
  set(_file "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.pch")
  set_property(TARGET ${name} PROPERTY TRUENO_FILE "${_file}")
  add_custom_command(OUTPUT "${_file}.sum" DEPENDS "${_file}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DROOT=${CMAKE_SOURCE_DIR}/src" "-DHEADERS=${_arg_OWN}" "-DMORE=${_sum} ${_fmt} ${CMAKE_CXX_COMPILER_VERSION}"
      "-DOUT=${_file}.sum" -P "${CMAKE_SOURCE_DIR}/cmake/IncludedDigest.cmake")
  add_custom_target(${name}_sum DEPENDS "${_file}.sum")
endfunction()

trueno_precompiled(trueno_precompiled_source HEADER "${CMAKE_SOURCE_DIR}/cmake/precompiled_source.h" LINK trueno_source_flags trueno_fmt)

# trueno_precompile(<target> <kind> SOURCE...): not by REUSE_FROM, which also passes the header by its full path, and ccache takes that for
# a part of what is compiled.
function(trueno_precompile target kind)
  if(TARGET trueno_precompiled_${kind})
    get_target_property(_file trueno_precompiled_${kind} TRUENO_FILE)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" "SHELL:-include-pch ${_file}")
    set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS "${_file};${_file}.sum")
  endif()
endfunction()
