# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitGateInstall
----------------

The gate for other projects: its programs, their manual pages and the CMake package KunitGate.

  cmake --build build --target gate-programs
  cmake --install build --component gate --prefix <where>

Another project then says find_package(KunitGate) and has the function kunit_gate_add_tests() and
its kin (see KunitGate.cmake); cmake/example is such a project.

Targets:
  gate-programs  what is installed
  gate-package   a Debian package of it, build/kunit-gate_<version>_<architecture>.deb
#]=======================================================================]
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(gate_programs kunit-gate kunit-case kunit_repeat)
add_custom_target(gate-programs DEPENDS ${gate_programs})

set(gate_package "${CMAKE_INSTALL_LIBDIR}/cmake/KunitGate")
install(TARGETS ${gate_programs}
  EXPORT KunitGateTargets
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT gate)
install(EXPORT KunitGateTargets
  NAMESPACE KunitGate:: DESTINATION "${gate_package}" COMPONENT gate)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/KunitGateConfig.cmake.in" "${CMAKE_BINARY_DIR}/KunitGateConfig.cmake"
  INSTALL_DESTINATION "${gate_package}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/KunitGateConfigVersion.cmake"
  COMPATIBILITY SameMajorVersion)
install(FILES
  "${CMAKE_BINARY_DIR}/KunitGateConfig.cmake" "${CMAKE_BINARY_DIR}/KunitGateConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/KunitGate.cmake"
  DESTINATION "${gate_package}" COMPONENT gate)
foreach(manual IN ITEMS kunit-case.1 kunit-gate.1 kunit-repeat.1)
  install(FILES "${CMAKE_SOURCE_DIR}/tools/${manual}"
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT gate)
endforeach()
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/kunit-gate" RENAME copyright COMPONENT gate)
install(DIRECTORY "${CMAKE_CURRENT_LIST_DIR}/example"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/kunit-gate" COMPONENT gate)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kunit-gate)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "the kunit-gate developers <kunit-gate@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "strict verdicts from the console of a KUnit kernel")
set(CPACK_PACKAGE_DESCRIPTION
  "Parses KTAP as the kernel's own kunit_tool does, and fails where that one is lax: on kernel
splats, missing or repeated tests, truncated logs. Writes JUnit, HTML and CTest entries.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};${PROJECT_NAME};gate;/")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
add_custom_target(gate-package
  COMMAND "${CMAKE_CPACK_COMMAND}" --config "${CMAKE_BINARY_DIR}/CPackConfig.cmake"
          -B "${CMAKE_BINARY_DIR}"
  COMMENT "Packing the gate"
  VERBATIM)
add_dependencies(gate-package gate-programs)
