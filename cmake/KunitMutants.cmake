# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitMutants
------------

Whether the suite can fail: small faults, kunit/mutants/*.patch, are planted one after the other in a
copy of the tree, and each has to make the cases fail that it names. Needs KernelTree.

Cache variables:
  KUNIT_MUTANTS  which: names or globs of these, parted by semicolons; empty: all

Targets:
  mutants  does so. The first time it builds a kernel for each profile that a mutant asks for, then
           compiles only what each mutant edits. That a mutant was caught is kept until something
           changes that it depends on, kunit-mutants included, so that a run that was ended goes
           on where it was; one with another outcome is tried anew.

Files, in build/mutants: mutants.txt and mutants.html (each mutant and the cases that catch it),
linux/ (the copy), console.log of the last boot in kunit/ and kunit-debug/.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

set(KUNIT_MUTANTS "" CACHE STRING
  "Which mutants the target mutants tries: names or globs, parted by semicolons (empty: all)")

add_custom_target(mutants
  COMMAND kunit-mutants --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
    --jobs "${KUNIT_JOBS}" ${KUNIT_MUTANTS}
  COMMENT "Planting mutants"
  USES_TERMINAL VERBATIM)
add_dependencies(mutants series-apply)
