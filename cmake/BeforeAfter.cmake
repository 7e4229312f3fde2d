# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
BeforeAfter
-----------

What a V4L2 client sees on the kernel without the series and on the one with it, under UML, judged
on both sides and compared. Needs KernelTree.

Targets:
  before-after        builds both kernels, boots them, judges, compares, writes the report
  before-after-debug  the same with kernels that check themselves: KASAN, lockdep, and more

Files, in build/before-after (or -debug): before-after.txt (the comparison as text, for the cover letter),
before-after.html (the same with a drawing); in before/ and after/ console.log, build.log,
verdict.json, junit.xml and what v4l2-compliance printed (results/).
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

# The base's kernel is built once; the other one when the tree's contents have changed.
function(_before_after_target name)
  set(where --project "${CMAKE_SOURCE_DIR}" --build "${CMAKE_BINARY_DIR}" ${ARGN})
  add_custom_target(${name}
    COMMAND before-after-run build ${where} --jobs "${KUNIT_JOBS}"
    COMMAND before-after-run check ${where}
    COMMENT "Comparing the kernels before and after the series"
    USES_TERMINAL VERBATIM)
  add_dependencies(${name} series-apply)
endfunction()

_before_after_target(before-after)
_before_after_target(before-after-debug --debug)
