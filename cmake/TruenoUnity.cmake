# Sources compiled some at a time: most of what a compiler reads is headers, and these it then reads once for all of them. Where everything is
# built anyway (sanitizers, WebAssembly) or only read (clang-tidy, g++'s warnings) it takes a third to three quarters off. While one works on a
# file it is in the way: the preset dev leaves it off, release takes few at a time.
#
# TRUENO_UNITY: sources at a time at most, 0: each alone. A folder of src/ is one namespace, so its files share what is in their anonymous
# namespaces: two of them must not define one name. The preset syntax reads whole folders at a time, and finds those that do.
set(TRUENO_UNITY 0 CACHE STRING "sources of a folder that are compiled at a time")

# trueno_unity(<variable> <target> SOURCE...): the variable becomes the files to compile in place of these sources.
function(trueno_unity out target)
  if(TRUENO_UNITY LESS 2)
    set(${out} ${ARGN} PARENT_SCOPE)
    return()
  endif()
  set(_alone "")
  set(_files "")
  set(_lines "")
  set(_count 0)
  foreach(_source IN LISTS ARGN)
    # Highway reads these once for each instruction set.
    file(STRINGS "${_source}" _targets REGEX "foreach_target\\.h" LIMIT_COUNT 1)
    if(_targets)
      list(APPEND _alone "${_source}")
      continue()
    endif()
    get_filename_component(_source "${_source}" ABSOLUTE)
    file(RELATIVE_PATH _name "${CMAKE_SOURCE_DIR}/src" "${_source}")
    string(APPEND _lines "#include \"${_name}\"  // NOLINT(bugprone-suspicious-include)\n")
    math(EXPR _count "${_count} + 1")
    if(_count EQUAL TRUENO_UNITY)
      _trueno_unity_file()
    endif()
  endforeach()
  if(_count GREATER 0)
    _trueno_unity_file()
  endif()
  set(${out} ${_alone} ${_files} PARENT_SCOPE)
endfunction()

macro(_trueno_unity_file)
  list(LENGTH _files _number)
  set(_file "${CMAKE_BINARY_DIR}/unity/${target}_${_number}.cc")
  file(CONFIGURE OUTPUT "${_file}" CONTENT "${_lines}" @ONLY)
  list(APPEND _files "${_file}")
  set(_lines "")
  set(_count 0)
endmacro()
