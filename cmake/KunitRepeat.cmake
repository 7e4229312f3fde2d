# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitRepeat
-----------

Boots the kernel of KunitRun many times and names the tests that do not come out alike.

Cache variables:
  KUNIT_REPEAT  how many times

Targets:
  kunit-repeat  does so, with KUNIT_FILTER (not @failed) and KUNIT_TIMEOUT as for a single run

Files, in build/kunit/repeat: run-N.log, each boot's console.

Tests (CTest): kunit.repeat boots twice.
#]=======================================================================]
include_guard(GLOBAL)
include(KunitRun)

set(KUNIT_REPEAT 20 CACHE STRING "How many times the target kunit-repeat boots the kernel")

set(repeat_options --timeout "${KUNIT_TIMEOUT}"
  --expected "${CMAKE_SOURCE_DIR}/kunit/expected.txt" --logs "${kunit_state}/repeat")
# -u: what the kernel prints counts as soon as it is there, should the boot hang.
set(repeat_boot
  "${CMAKE_COMMAND}" -E env "PYTHONPYCACHEPREFIX=${kunit_state}/pycache"
  python3 -u "${CMAKE_BINARY_DIR}/linux/tools/testing/kunit/kunit.py" exec --raw_output=all
  --build_dir "${kunit_state}/obj" --timeout 86400)
set(repeat_filter)
set(repeat_glob)
if(KUNIT_FILTER AND NOT KUNIT_FILTER MATCHES "^@")
  set(repeat_filter --filter "${KUNIT_FILTER}")
  set(repeat_glob "${KUNIT_FILTER}")
endif()

add_custom_target(kunit-repeat
  COMMAND kunit_repeat --runs "${KUNIT_REPEAT}" ${repeat_options} ${repeat_filter}
          -- ${repeat_boot} ${repeat_glob}
  DEPENDS "${kunit_state}/image.id"
  WORKING_DIRECTORY "${CMAKE_BINARY_DIR}/linux"
  COMMENT "Running the suite ${KUNIT_REPEAT} times"
  USES_TERMINAL VERBATIM)
add_dependencies(kunit-repeat series-apply)

if(BUILD_TESTING)
  add_test(NAME kunit.repeat
    COMMAND kunit_repeat --runs 2 ${repeat_options} ${repeat_filter} -- ${repeat_boot} ${repeat_glob}
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
  set_tests_properties(kunit.repeat PROPERTIES
    FIXTURES_REQUIRED kunit_results LABELS kernel TIMEOUT 600 RESOURCE_LOCK kunit_image)
endif()
