# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitRun
--------

The KUnit suite, built into a UML kernel, run, and judged by the gate. Needs KernelTree.

Cache variables:
  KUNIT_FILTER   suite, suite.case, a glob of these, or @failed for what failed last; empty: all
  KUNIT_TIMEOUT  seconds until a boot counts as hung
  KUNIT_JOBS     compilers at a time; 0: one per processor

Targets:
  kunit          the verdict; fails unless it is "passed". Part of the default target.
  kunit-results  a verdict, whatever it says
  kunit-gdb      boots the kernel under gdb and stops at a failing assertion

Files, in build/kunit: console.log (what the kernel printed), build.log (what make printed),
verdict.json, junit.xml, report.html, cases.jsonl (each case's outcome, errors and part of the log).

Tests (CTest): kunit.boot builds and runs the suite, kunit.verdict judges the run as a whole,
kunit.<suite>.<case> tells of one case (see KunitGate).
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)
include(KunitGate)

set(KUNIT_FILTER "" CACHE STRING
  "What to run: suite, suite.case, a glob of these, or @failed for what failed last (empty: all)")
set(KUNIT_TIMEOUT 60 CACHE STRING "Seconds until a boot of the KUnit kernel counts as hung")
set(KUNIT_JOBS 0 CACHE STRING "Compilers at a time in a kernel build (0: one per processor)")

set(kunit_state "${CMAKE_BINARY_DIR}/kunit")
set(kunit_inputs "${CMAKE_SOURCE_DIR}/kunit/kunit.config")

add_custom_command(OUTPUT "${kunit_state}/image.id"
  COMMAND kunit-run build ${kernel_where} --jobs "${KUNIT_JOBS}"
  DEPENDS "${KERNEL_TREE_ID}" ${kunit_inputs}
  COMMENT "Building the kernel"
  USES_TERMINAL VERBATIM)

set(kunit_selection)
if(KUNIT_FILTER)
  set(kunit_selection --filter "${KUNIT_FILTER}")
endif()

# Options that a new verdict hangs on, in a file that is written only where they change.
file(CONFIGURE OUTPUT "${kunit_state}/settings" @ONLY
  CONTENT "filter @KUNIT_FILTER@\ntimeout @KUNIT_TIMEOUT@\n")
file(GLOB kunit_lists CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/kunit/expected.txt" "${CMAKE_SOURCE_DIR}/kernel/allow-*.txt")
add_custom_command(OUTPUT "${kunit_state}/results"
  COMMAND kunit-run exec ${kernel_where} ${kunit_selection} --timeout "${KUNIT_TIMEOUT}"
  DEPENDS "${kunit_state}/image.id" "${kunit_state}/settings" ${kunit_lists} kunit-run
  COMMENT "Running the suite"
  USES_TERMINAL VERBATIM)

add_custom_target(kunit-results DEPENDS "${kunit_state}/results")
add_dependencies(kunit-results series-apply)

add_custom_target(kunit ALL
  COMMAND kunit-run verdict ${kernel_where} --unless-shown
  COMMENT "Judging the suite"
  USES_TERMINAL VERBATIM)
add_dependencies(kunit kunit-results)

add_custom_target(kunit-gdb
  COMMAND kunit-run gdb ${kernel_where} ${kunit_selection}
  DEPENDS "${kunit_state}/image.id"
  COMMENT "Starting the kernel under gdb"
  USES_TERMINAL VERBATIM)
add_dependencies(kunit-gdb series-apply)

if(BUILD_TESTING)
  # Generous: a first run unpacks a tree and compiles a kernel.
  add_test(NAME kunit.boot
    COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target kunit-results)
  set_tests_properties(kunit.boot PROPERTIES
    FIXTURES_SETUP kunit_results RESOURCE_LOCK build_folder TIMEOUT 3600 LABELS kernel)
  add_test(NAME kunit.verdict COMMAND kunit-run verdict ${kernel_where})
  set_tests_properties(kunit.verdict PROPERTIES
    FIXTURES_REQUIRED kunit_results LABELS kernel)
  kunit_gate_add_tests(
    EXPECTED "${CMAKE_SOURCE_DIR}/kunit/expected.txt"
    CASES "${kunit_state}/cases.jsonl"
    FIXTURE kunit_results
    LABELS kernel kunit)
endif()
