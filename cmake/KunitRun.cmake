# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitRun
--------

The KUnit suite, built into a UML kernel, run, and judged by the gate. Needs KernelTree.

Cache variables:
  KUNIT_FILTER   suite, suite.case, a glob of these, or @failed for what failed last; empty: all
  KUNIT_TIMEOUT  seconds until a boot of the plain profile counts as hung; slower ones have several
                 times that
  KUNIT_JOBS     compilers at a time; 0: one per processor
  KUNIT_SMP_TESTS    ON: CTest runs kunit-smp, kunit-arm64 and kunit-uml-smp, too
  KUNIT_LISTS_SINCE  git revision that the lists of expected tests and allowed splats are compared
                 with, e.g. origin/main; empty: HEAD, and the commit before it

Targets:
  kunit          the verdict; fails unless it is "passed". Part of the default target.
  kunit-results  a verdict, whatever it says
  kunit-gdb      boots the kernel under gdb and stops at a failing assertion
  list-changes   tells which expected tests and allowed splats left or came; each verdict tells it
                 too, so that a list which was written anew only to pass does not go unseen
  kunit-debug    as kunit, in a kernel that checks itself: KASAN, lockdep, kmemleak and more, see
                 kunit/kunit-debug.config. kunit-debug-results and kunit-debug-gdb likewise.
  kunit-smp      as kunit, on four CPUs: x86_64 under QEMU, by KVM where it can be had, with KCSAN
                 and lockdep, and with the races of the suite videobuf2_concurrency
  kunit-arm64    the same on arm64 under QEMU, without KCSAN
  kunit-uml-smp  the same on two CPUs in UML, with KASAN, on a base whose UML has several (7.x)
                 Where one of these can't be built or run, it says NOT RUN and why, and fails.

Files, in build/kunit, build/kunit-debug and so on: console.log (what the kernel printed), build.log (what
make printed), verdict.json, junit.xml, report.html, cases.jsonl (each case's outcome, errors and
part of the log).

Tests (CTest): kunit.boot builds and runs the suite, kunit.verdict judges the run as a whole,
kunit.<suite>.<case> tells of one case (see KunitGate). For kunit-debug likewise, with entries for
the cases that only it runs.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)
include(KunitGate)

set(KUNIT_FILTER "" CACHE STRING
  "What to run: suite, suite.case, a glob of these, or @failed for what failed last (empty: all)")
set(KUNIT_TIMEOUT 60 CACHE STRING "Seconds until a boot of the plain KUnit kernel counts as hung")
set(KUNIT_JOBS 0 CACHE STRING "Compilers at a time in a kernel build (0: one per processor)")
option(KUNIT_SMP_TESTS
  "CTest runs the profiles with several CPUs, too: three kernels more to build" OFF)
set(KUNIT_LISTS_SINCE "" CACHE STRING
  "Git revision that the lists of tests and splats are compared with (empty: HEAD, and HEAD^)")

set(kunit_since)
if(KUNIT_LISTS_SINCE)
  set(kunit_since --since "${KUNIT_LISTS_SINCE}")
endif()

# How kunit-run finds everything. Somebody else's series brings no list of its tests.
set(kunit_where ${kernel_where})
if(SERIES)
  list(APPEND kunit_where --no-expected)
endif()

# kunit_add_profile(<name> EXPECTED <file> [ALL] [NO_TESTS])
#
# The targets and tests of one configuration of the kernel, as told above. EXPECTED: the cases that
# get entries in CTest. ALL: part of the default target. NO_TESTS: CTest shows that it could run, and
# does not run it.
function(kunit_add_profile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ALL;NO_TESTS" "EXPECTED" "")
  set(state "${CMAKE_BINARY_DIR}/${name}")
  set(where ${kunit_where} --profile "${name}")

  file(GLOB configs CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/kunit/*.config")
  add_custom_command(OUTPUT "${state}/image.id"
    COMMAND kunit-run build ${where} --jobs "${KUNIT_JOBS}"
    DEPENDS "${KERNEL_TREE_ID}" ${configs}
    COMMENT "Building the kernel"
    USES_TERMINAL VERBATIM)

  set(selection)
  if(KUNIT_FILTER)
    set(selection --filter "${KUNIT_FILTER}")
  endif()
  # Options that a new verdict hangs on, in a file that is written only where they change.
  file(CONFIGURE OUTPUT "${state}/settings" @ONLY
    CONTENT "filter @KUNIT_FILTER@\ntimeout @KUNIT_TIMEOUT@\n")
  file(GLOB lists CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/kunit/expected*.txt" "${CMAKE_SOURCE_DIR}/kernel/allow-*.txt")
  add_custom_command(OUTPUT "${state}/results"
    COMMAND kunit-run exec ${where} ${selection} ${kunit_since} --timeout "${KUNIT_TIMEOUT}"
    DEPENDS "${state}/image.id" "${state}/settings" ${lists} kunit-run
    COMMENT "Running the suite"
    USES_TERMINAL VERBATIM)

  add_custom_target(${name}-results DEPENDS "${state}/results")
  add_dependencies(${name}-results series-apply)

  set(all)
  if(arg_ALL)
    set(all ALL)
  endif()
  add_custom_target(${name} ${all}
    COMMAND kunit-run verdict ${where} ${kunit_since} --unless-shown
    COMMENT "Judging the suite"
    USES_TERMINAL VERBATIM)
  add_dependencies(${name} ${name}-results)

  add_custom_target(${name}-gdb
    COMMAND kunit-run gdb ${where} ${selection}
    DEPENDS "${state}/image.id"
    COMMENT "Starting the kernel under gdb"
    USES_TERMINAL VERBATIM)
  add_dependencies(${name}-gdb series-apply)

  if(BUILD_TESTING)
    # Generous: a first run unpacks a tree and compiles a kernel.
    add_test(NAME ${name}.boot
      COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target ${name}-results)
    set_tests_properties(${name}.boot PROPERTIES
      FIXTURES_SETUP ${name}_results RESOURCE_LOCK build_folder TIMEOUT 3600
      LABELS "kernel;${name}")
    add_test(NAME ${name}.verdict COMMAND kunit-run verdict ${where} ${kunit_since})
    set_tests_properties(${name}.verdict PROPERTIES
      FIXTURES_REQUIRED ${name}_results LABELS "kernel;${name}")
    if(arg_NO_TESTS)
      set_tests_properties(${name}.boot ${name}.verdict PROPERTIES DISABLED ON)
      return()
    endif()
    kunit_gate_add_tests(
      EXPECTED "${arg_EXPECTED}"
      CASES "${state}/cases.jsonl"
      FIXTURE ${name}_results
      PREFIX "${name}."
      LABELS kernel ${name})
  endif()
endfunction()

# Where the plain profile is built and run.
set(kunit_state "${CMAKE_BINARY_DIR}/kunit")

kunit_add_profile(kunit EXPECTED "${CMAKE_SOURCE_DIR}/kunit/expected.txt" ALL)
kunit_add_profile(kunit-debug EXPECTED "${CMAKE_SOURCE_DIR}/kunit/expected-kunit-debug.txt")
# Emulated, and each race is run thousands of times.
set(without_tests NO_TESTS)
if(KUNIT_SMP_TESTS)
  set(without_tests)
endif()
foreach(profile IN ITEMS kunit-smp kunit-arm64 kunit-uml-smp)
  kunit_add_profile(${profile} EXPECTED "${CMAKE_SOURCE_DIR}/kunit/expected-${profile}.txt"
    ${without_tests})
endforeach()

add_custom_target(list-changes
  COMMAND kunit-run lists ${kernel_where} ${kunit_since}
  COMMENT "Comparing the lists of expected tests and allowed splats with git's"
  USES_TERMINAL VERBATIM)
