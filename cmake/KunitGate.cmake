# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitGate
---------

CTest entries for a KUnit run: one boot, one test for each case.

  kunit_gate_add_run(
    LOG <file>           the kernel's console
    EXPECTED <file>      the cases, one suite.case a line: what kunit-gate --expected takes
    [BOOT <command>...]  prints that console and exits with 0; without it LOG is there already
    [WORKING_DIRECTORY <folder>]  of BOOT
    [TIMEOUT <seconds>]  until BOOT counts as hung; default 3600
    [OPTIONS <option>...]  more options for kunit-gate, e.g. --allow <file>
    [PREFIX <prefix>]    put before each name; default "kunit."
    [LABELS <label>...])

Adds <prefix>boot, which runs BOOT and writes LOG; <prefix>results, which takes LOG apart and passes
however bad it is; <prefix>verdict, which judges the run as a whole; and a test for each case.

  kunit_gate_add_tests(
    EXPECTED <file>    the cases, one suite.case a line: what kunit-gate --expected takes
    CASES <file>       what kunit-gate --cases writes
    FIXTURE <name>     fixture whose setup test boots the kernel and has CASES written
    [PREFIX <prefix>]  as above
    [LABELS <label>...])

Adds the tests of the cases alone, to a run that is made in another way. One test a case, named <prefix>suite.case and labelled with its suite too. All of them read CASES, so
that one boot serves them; each prints its own errors and its own part of the log. A case that was
skipped, or that the filter of the boot leaves out, shows as skipped. The names are read when CMake
configures, and it does so again once EXPECTED changes; a list without a name is an error.

The programs are targets of this project, or KunitGate::kunit-gate and its kin where the package
KunitGate was found.
#]=======================================================================]
include_guard(GLOBAL)

# Sets ${out} to the target of a program.
function(kunit_gate_program out name)
  if(TARGET KunitGate::${name})
    set(${out} KunitGate::${name} PARENT_SCOPE)
  else()
    set(${out} ${name} PARENT_SCOPE)
  endif()
endfunction()

function(kunit_gate_add_run)
  cmake_parse_arguments(PARSE_ARGV 0 arg ""
    "LOG;EXPECTED;WORKING_DIRECTORY;TIMEOUT;PREFIX" "BOOT;OPTIONS;LABELS")
  foreach(needed IN ITEMS LOG EXPECTED)
    if(NOT arg_${needed})
      message(FATAL_ERROR "kunit_gate_add_run: ${needed} is missing")
    endif()
  endforeach()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kunit_gate_add_run: what is \"${arg_UNPARSED_ARGUMENTS}\"?")
  endif()
  if(NOT DEFINED arg_PREFIX)
    set(arg_PREFIX "kunit.")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 3600)
  endif()
  if(NOT arg_WORKING_DIRECTORY)
    set(arg_WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  cmake_path(ABSOLUTE_PATH arg_LOG)
  cmake_path(ABSOLUTE_PATH arg_EXPECTED)
  set(cases "${CMAKE_CURRENT_BINARY_DIR}/${arg_PREFIX}cases.jsonl")
  kunit_gate_program(gate kunit-gate)

  if(arg_BOOT)
    add_test(NAME "${arg_PREFIX}boot"
      COMMAND sh -c "exec \"$@\" >\"$0\" 2>&1 </dev/null" "${arg_LOG}" ${arg_BOOT}
      WORKING_DIRECTORY "${arg_WORKING_DIRECTORY}")
    set_tests_properties("${arg_PREFIX}boot" PROPERTIES
      FIXTURES_SETUP "${arg_PREFIX}boot" TIMEOUT "${arg_TIMEOUT}" LABELS "${arg_LABELS}")
  endif()
  add_test(NAME "${arg_PREFIX}results"
    COMMAND ${gate} --exit-style=results --expected "${arg_EXPECTED}" --cases "${cases}"
            ${arg_OPTIONS} "${arg_LOG}")
  set_tests_properties("${arg_PREFIX}results" PROPERTIES
    FIXTURES_SETUP "${arg_PREFIX}results" FIXTURES_REQUIRED "${arg_PREFIX}boot"
    LABELS "${arg_LABELS}")
  add_test(NAME "${arg_PREFIX}verdict"
    COMMAND ${gate} --expected "${arg_EXPECTED}" ${arg_OPTIONS} "${arg_LOG}")
  set_tests_properties("${arg_PREFIX}verdict" PROPERTIES
    FIXTURES_REQUIRED "${arg_PREFIX}boot" LABELS "${arg_LABELS}")
  kunit_gate_add_tests(EXPECTED "${arg_EXPECTED}" CASES "${cases}"
    FIXTURE "${arg_PREFIX}results" PREFIX "${arg_PREFIX}" LABELS ${arg_LABELS})
endfunction()

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
  kunit_gate_program(program kunit-case)
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
