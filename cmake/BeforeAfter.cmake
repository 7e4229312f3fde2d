# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
BeforeAfter
-----------

What a V4L2 client sees on the kernel without the series and on the one with it, under UML, judged
on both sides and compared. Needs KernelTree.

Cache variables:
  BEFORE_AFTER_TESTS  whether CTest compares them too (off: two kernels take some six minutes each on
                      two processors, which a run of the tests would wait for)

Targets:
  before-after        builds both kernels, boots them, judges, compares, writes the report
  before-after-debug  the same with kernels that check themselves: KASAN, lockdep, and more
  before-after-kernels, before-after-debug-kernels
                      only build them

Files, in build/before-after (or -debug): before-after.txt (the comparison as text, for the cover
letter), before-after.html (the same with a drawing), verdict (one word, on the whole); in before/
and after/ console.log, build.log, verdict.json, junit.xml and what v4l2-compliance printed
(results/).

Tests (CTest): before-after.build builds the kernels, before-after.check boots and compares them.
With BEFORE_AFTER_TESTS off both say "Not Run (Disabled)".
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

option(BEFORE_AFTER_TESTS
  "CTest compares the kernels before and after the series; off, since two have to be built" OFF)

# The base's kernel is built once; the other one when the tree's contents have changed.
function(_before_after_target name)
  set(where --project "${series_project}" --build "${CMAKE_BINARY_DIR}" ${ARGN})
  add_custom_target(${name}-kernels
    COMMAND before-after-run build ${where} --jobs "${KUNIT_JOBS}"
    COMMENT "Building the kernels before and after the series"
    USES_TERMINAL VERBATIM)
  add_dependencies(${name}-kernels series-apply)
  add_custom_target(${name}
    COMMAND before-after-run check ${where}
    COMMENT "Comparing the kernels before and after the series"
    USES_TERMINAL VERBATIM)
  add_dependencies(${name} ${name}-kernels)
endfunction()

_before_after_target(before-after)
_before_after_target(before-after-debug --debug)

if(BUILD_TESTING)
  # Generous: a first run unpacks a tree and compiles two kernels.
  add_test(NAME before-after.build
    COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target before-after-kernels)
  set_tests_properties(before-after.build PROPERTIES
    FIXTURES_SETUP before_after_kernels TIMEOUT 7200)
  add_test(NAME before-after.check
    COMMAND before-after-run check --project "${series_project}" --build "${CMAKE_BINARY_DIR}")
  # A boot of each has five minutes by itself.
  set_tests_properties(before-after.check PROPERTIES
    FIXTURES_REQUIRED before_after_kernels TIMEOUT 900)
  set_tests_properties(before-after.build before-after.check PROPERTIES
    RESOURCE_LOCK build_folder LABELS "kernel;before-after")
  if(NOT BEFORE_AFTER_TESTS)
    set_tests_properties(before-after.build before-after.check PROPERTIES DISABLED TRUE)
  endif()
endif()
