# `cmake --install`: one shared library that shows the public API alone, the Arrow module beside it, headers, the command line,
# find_package(trueno) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# api/ is taken whole, everything else as far as it is called. Only what TRUENO_API marks is visible: the rest is compiled hidden.
get_target_property(_api_links trueno_api LINK_LIBRARIES)
add_library(trueno SHARED $<TARGET_OBJECTS:trueno_api>)
set_target_properties(trueno PROPERTIES LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}" INSTALL_RPATH "$ORIGIN")
target_link_libraries(trueno PRIVATE ${_api_links} ${CMAKE_DL_LIBS})
target_include_directories(trueno INTERFACE
  "$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(trueno INTERFACE cxx_std_20)

install(TARGETS trueno EXPORT trueno LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library)
install(TARGETS trueno_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT library)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/include/trueno" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT library)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/trueno" COMPONENT library)
if(TARGET trueno_arrow)
  install(TARGETS trueno_arrow LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library)
endif()

set(_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/trueno")
install(EXPORT trueno NAMESPACE trueno:: DESTINATION "${_package_dir}" FILE truenoTargets.cmake COMPONENT library)
file(WRITE "${CMAKE_BINARY_DIR}/truenoConfig.cmake" "include(\"\${CMAKE_CURRENT_LIST_DIR}/truenoTargets.cmake\")\n")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/truenoConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/truenoConfig.cmake" "${CMAKE_BINARY_DIR}/truenoConfigVersion.cmake"
  DESTINATION "${_package_dir}" COMPONENT library)

configure_file("${CMAKE_SOURCE_DIR}/cmake/trueno.pc.in" "${CMAKE_BINARY_DIR}/trueno.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/trueno.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT library)

if(TRUENO_TESTS AND NOT TRUENO_SANITIZE AND NOT TRUENO_COVERAGE)
  # Installs into a folder of the build tree, and builds examples/embed against it from outside the tree.
  find_program(TRUENO_PYTHON3 python3 REQUIRED)
  add_test(NAME install/embed
    COMMAND "${TRUENO_PYTHON3}" "${CMAKE_SOURCE_DIR}/test/install/install_test.py" --cmake "${CMAKE_COMMAND}" --build "${CMAKE_BINARY_DIR}"
            --source "${CMAKE_SOURCE_DIR}" --compiler "${CMAKE_CXX_COMPILER}" --libdir "${CMAKE_INSTALL_LIBDIR}" --python "${TRUENO_PYTHON}")
  set_tests_properties(install/embed PROPERTIES LABELS install)
endif()
