# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
GateBench
---------

Targets:
  bench       every measurement; other modules add theirs with add_dependencies(bench ...)
  bench-gate  the gate beside grep and kunit_tool, on generated logs of 100 MB
#]=======================================================================]
include_guard(GLOBAL)

add_custom_target(bench-gate
  COMMAND gate-bench --gate "$<TARGET_FILE:kunit-gate>" --folder "${CMAKE_BINARY_DIR}/bench"
          --tree "${CMAKE_BINARY_DIR}/linux"
  COMMENT "Measuring the gate"
  USES_TERMINAL VERBATIM)
add_dependencies(bench-gate kunit-gate)
if(NOT TARGET bench)
  add_custom_target(bench)
endif()
add_dependencies(bench bench-gate)
