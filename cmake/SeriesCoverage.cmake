# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
SeriesCoverage
--------------

How much of what the series adds the tests reach, line by line and branch by branch (gcov). Needs
KernelTree, and the option KUNIT_TIMEOUT of KunitRun.

Targets:
  coverage  builds the kernel of the suite so that it counts, boots it with the suite, and with a V4L2
            client on vim2m and visl; fails where a new line or branch was not reached and
            kunit/uncovered.txt does not say why, and where that list excuses what is covered. What
            was counted is kept until the tree, the suite or a program changes.

Files, in build/coverage: coverage.txt, coverage.html (each file and function, each line that was not
reached), coverage.json, console.log and client.log of the two boots.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

add_custom_target(coverage
  COMMAND series-coverage check --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
    --jobs "${KUNIT_JOBS}" --timeout "${KUNIT_TIMEOUT}"
  COMMENT "Counting what the tests reach"
  USES_TERMINAL VERBATIM)
add_dependencies(coverage series-apply)
