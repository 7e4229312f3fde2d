# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
Bench
-----

What the parts cost, each beside what it is to be compared with, from the same run. Needs KernelTree
and KunitRun.

Targets:
  bench        all that follows, and one table of it; fails where something could not be measured,
               and where a figure that is the same in each run is beyond its limit; tells of those
               that are noisy
  bench-gate   the gate beside grep and kunit_tool, on generated logs of 100 MB
  bench-loop   the time from an edit to the verdict, beside kunit.py run; builds a kernel for each
  bench-fence  what a release fence costs the kernel: instructions, counted by QEMU, and bytes;
               builds two kernels for x86_64, which stay in build/cost

Files, in build/bench: gate.json, loop.json, fence.json, from which the table is made.
#]=======================================================================]
include_guard(GLOBAL)

set(bench_folder "${CMAKE_BINARY_DIR}/bench")
set(bench_gate gate-bench --gate "$<TARGET_FILE:kunit-gate>" --folder "${bench_folder}"
  --tree "${CMAKE_BINARY_DIR}/linux" --rows "${bench_folder}/gate.json")
set(bench_loop loop-bench ${kernel_where} ${kernel_origin}
  --kernel-series "$<TARGET_FILE:kernel-series>" --kunit-run "$<TARGET_FILE:kunit-run>"
  --rows "${bench_folder}/loop.json")
set(bench_fence fence-cost --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
  --jobs "${KUNIT_JOBS}" --rows "${bench_folder}/fence.json")

add_custom_target(bench-gate
  COMMAND ${bench_gate}
  COMMENT "Measuring the gate"
  USES_TERMINAL VERBATIM)
add_dependencies(bench-gate kunit-gate)

add_custom_target(bench-loop
  COMMAND ${bench_loop}
  COMMENT "Measuring the way from an edit to the verdict"
  USES_TERMINAL VERBATIM)
add_dependencies(bench-loop kernel-series kunit-run)

add_custom_target(bench-fence
  COMMAND ${bench_fence}
  COMMENT "Measuring what a release fence costs"
  USES_TERMINAL VERBATIM)
add_dependencies(bench-fence series-apply)

# Not made of the three: ninja would stop at the one that misses a limit, and run them in any order.
add_custom_target(bench
  COMMAND ${bench_gate}
  COMMAND ${bench_loop}
  COMMAND ${bench_fence} --only-measure
  COMMAND bench-table "${bench_folder}/gate.json" "${bench_folder}/loop.json"
    "${bench_folder}/fence.json"
  COMMENT "Measuring"
  USES_TERMINAL VERBATIM)
add_dependencies(bench kunit-gate kernel-series kunit-run series-apply)
