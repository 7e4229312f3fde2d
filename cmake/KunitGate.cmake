# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitGate
---------

CTest entries for the cases of a KUnit run that kunit-gate judged.

  kunit_gate_add_tests(
    EXPECTED <file>    the cases, one suite.case a line: what kunit-gate --expected takes
    CASES <file>       what kunit-gate --cases writes
    FIXTURE <name>     fixture whose setup test boots the kernel and has CASES written
    [PREFIX <prefix>]  put before each name; default "kunit."
    [LABELS <label>...])

One test a case, named <prefix>suite.case and labelled with its suite too. All of them read CASES, so
that one boot serves them; each prints its own errors and its own part of the log. A case that was
skipped, or that the filter of the boot leaves out, shows as skipped. The names are read when CMake
configures, and it does so again once EXPECTED changes; a list without a name is an error.

The program kunit-case is a target of this project, or KunitGate::kunit-case where the package
KunitGate was found.
#]=======================================================================]
include_guard(GLOBAL)

function(kunit_gate_add_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "EXPECTED;CASES;FIXTURE;PREFIX" "LABELS")
  foreach(needed IN ITEMS EXPECTED CASES FIXTURE)
    if(NOT arg_${needed})
      message(FATAL_ERROR "kunit_gate_add_tests: ${needed} is missing")
    endif()
  endforeach()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kunit_gate_add_tests: what is \"${arg_UNPARSED_ARGUMENTS}\"?")
  endif()
  if(NOT DEFINED arg_PREFIX)
    set(arg_PREFIX "kunit.")
  endif()
  set(program kunit-case)
  if(TARGET KunitGate::kunit-case)
    set(program KunitGate::kunit-case)
  endif()
  cmake_path(ABSOLUTE_PATH arg_EXPECTED)
  cmake_path(ABSOLUTE_PATH arg_CASES BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  if(NOT EXISTS "${arg_EXPECTED}")
    message(FATAL_ERROR "${arg_EXPECTED}: no such file; it lists the cases, one suite.case a line")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${arg_EXPECTED}")

  file(STRINGS "${arg_EXPECTED}" names REGEX "^[ \t]*[^# \t]")
  if(NOT names)
    message(FATAL_ERROR "${arg_EXPECTED}: names no case; list one suite.case a line")
  endif()
  foreach(line IN LISTS names)
    string(STRIP "${line}" name)
    # What kernel identifiers and suites are made of: nothing that CMake or CTest would take apart.
    if(NOT name MATCHES "^([A-Za-z0-9_+-]+)\\.[A-Za-z0-9_+.-]+$")
      message(FATAL_ERROR "${arg_EXPECTED}: \"${name}\" is no suite.case")
    endif()
    set(test "${arg_PREFIX}${name}")
    set(suite "${CMAKE_MATCH_1}")
    add_test(NAME "${test}" COMMAND ${program} "${arg_CASES}" "${name}")
    set_tests_properties("${test}" PROPERTIES
      FIXTURES_REQUIRED "${arg_FIXTURE}" LABELS "${arg_LABELS};${suite}" SKIP_RETURN_CODE 4
      TIMEOUT 60)
  endforeach()
endfunction()
