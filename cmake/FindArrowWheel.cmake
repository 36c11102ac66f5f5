# Finds the Arrow C++ libraries: those inside the pyarrow wheel of TRUENO_PYTHON (or of python3) first, an installed package second.
#   ArrowWheel::arrow, ArrowWheel::parquet   targets to link
#   ArrowWheel_LIBRARY_DIR                   where the shared libraries lie, for run paths
include(FindPackageHandleStandardArgs)

set(_python "${TRUENO_PYTHON}")
if(NOT _python)
  find_program(_python_program NAMES python3 python)
  set(_python "${_python_program}")
endif()
if(_python)
  # Asks where the package lies without importing it.
  execute_process(
    COMMAND "${_python}" -c "import importlib.util as u, pathlib as p; print(p.Path(u.find_spec('pyarrow').origin).parent.as_posix())"
    OUTPUT_VARIABLE _root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE _result)
  if(_result EQUAL 0 AND EXISTS "${_root}/include/arrow/util/config.h")
    set(ArrowWheel_ROOT_DIR "${_root}")
  endif()
endif()

if(ArrowWheel_ROOT_DIR)
  file(STRINGS "${ArrowWheel_ROOT_DIR}/include/arrow/util/config.h" _line REGEX "define ARROW_VERSION_STRING")
  string(REGEX REPLACE ".*\"([^\"]+)\".*" "\\1" ArrowWheel_VERSION "${_line}")
  set(ArrowWheel_LIBRARY_DIR "${ArrowWheel_ROOT_DIR}")
  foreach(_part arrow parquet)
    # The wheel has libarrow.so.2500 and no plain link to it.
    file(GLOB _library "${ArrowWheel_ROOT_DIR}/lib${_part}.so.[0-9][0-9][0-9][0-9]" "${ArrowWheel_ROOT_DIR}/lib${_part}.[0-9]*.dylib")
    if(_library)
      list(GET _library 0 _library)
      set(ArrowWheel_${_part}_LIBRARY "${_library}")
      if(NOT TARGET ArrowWheel::${_part})
        add_library(ArrowWheel::${_part} SHARED IMPORTED GLOBAL)
        set_target_properties(ArrowWheel::${_part} PROPERTIES
          IMPORTED_LOCATION "${_library}" INTERFACE_INCLUDE_DIRECTORIES "${ArrowWheel_ROOT_DIR}/include")
      endif()
    endif()
  endforeach()
else()
  find_package(Arrow CONFIG QUIET)
  find_package(Parquet CONFIG QUIET)
  set(ArrowWheel_VERSION "${Arrow_VERSION}")
  foreach(_part arrow parquet)
    if(_part STREQUAL "arrow")
      set(_installed Arrow::arrow_shared)
    else()
      set(_installed Parquet::parquet_shared)
    endif()
    if(TARGET ${_installed})
      set(ArrowWheel_${_part}_LIBRARY ${_installed})
      if(NOT TARGET ArrowWheel::${_part})
        add_library(ArrowWheel::${_part} INTERFACE IMPORTED GLOBAL)
        set_property(TARGET ArrowWheel::${_part} PROPERTY INTERFACE_LINK_LIBRARIES ${_installed})
      endif()
    endif()
  endforeach()
endif()

find_package_handle_standard_args(ArrowWheel
  REQUIRED_VARS ArrowWheel_arrow_LIBRARY ArrowWheel_parquet_LIBRARY VERSION_VAR ArrowWheel_VERSION
  REASON_FAILURE_MESSAGE "install it with: pip install pyarrow==25.0.1, and pass -DTRUENO_PYTHON=<that python>")
