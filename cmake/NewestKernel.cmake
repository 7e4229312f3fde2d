# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
NewestKernel
------------

The newest kernel that Debian packages, whatever release of Debian this machine has: does the
series apply to it, and what does its kunit_tool say?

Cache variables:
  NEWEST_SUITE  the suite of Debian that it comes from

Targets:
  newest-source      gets build/newest/linux-source-N.M.tar.xz, the package linux-source-N.M of the
                     highest version, from the archive that this machine takes its own packages
                     from. Asks there each time, and downloads only what is new. Needs no root;
                     apt's own state stays as it is.
  newest-source-try  the same, but where that can't be done it only says why

Tests (CTest, label newest): newest.source gets it; it is the fixture newest_source.
series.applies-to-newest applies the series to it. Where it can't be got both are skipped.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

set(NEWEST_SUITE "trixie-backports" CACHE STRING
  "Suite of Debian whose newest linux-source package the tests take")

set(newest_where --project "${series_project}" --folder "${CMAKE_BINARY_DIR}/newest")
# What was got, by package and version; and the build folder of `kernel-newest apply --whole`.
set(newest_note "${CMAKE_BINARY_DIR}/newest/source")
set(newest_whole "${CMAKE_BINARY_DIR}/newest/whole")

add_custom_target(newest-source
  COMMAND kernel-newest get ${newest_where} --suite "${NEWEST_SUITE}"
  COMMENT "Getting the newest kernel source"
  USES_TERMINAL VERBATIM)

add_custom_target(newest-source-try
  COMMAND kernel-newest get ${newest_where} --suite "${NEWEST_SUITE}" --try
  COMMENT "Getting the newest kernel source"
  USES_TERMINAL VERBATIM)

if(BUILD_TESTING)
  add_test(NAME newest.source
    COMMAND kernel-newest get ${newest_where} --suite "${NEWEST_SUITE}")
  set_tests_properties(newest.source PROPERTIES
    FIXTURES_SETUP newest_source RESOURCE_LOCK newest_folder TIMEOUT 1800 LABELS newest
    SKIP_REGULAR_EXPRESSION "NOT RUN")
  # CTest runs what needs a fixture that was skipped: this skips itself then.
  add_test(NAME series.applies-to-newest COMMAND kernel-newest apply ${newest_where})
  set_tests_properties(series.applies-to-newest PROPERTIES
    FIXTURES_REQUIRED newest_source RESOURCE_LOCK newest_folder TIMEOUT 600 LABELS newest
    SKIP_REGULAR_EXPRESSION "NOT RUN")
endif()
