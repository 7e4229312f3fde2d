# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KunitMutants
------------

Whether the suite can fail: small faults, kunit/mutants/*.patch, are planted one after the other in a
copy of the tree, and each has to make the cases fail that it names. Needs KernelTree.

Cache variables:
  KUNIT_MUTANTS  which: names or globs of these, parted by semicolons; empty: all

Targets:
  mutants      does so in UML. The first time it builds a kernel for each profile that a mutant asks
               for, then compiles only what each mutant edits. That a mutant was caught is kept until
               something changes that it depends on, kunit-mutants included, so that a run that was
               ended goes on where it was; one with another outcome is tried anew.
  mutants-smp  the same for those that take several CPUs at a time to be seen: under QEMU, and only
               the case that is to see each

Files, in build/mutants: TARGET.txt and TARGET.html, each mutant and the cases that catch it; linux/,
the copy; console.log of the last boot in a folder for each profile.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

set(KUNIT_MUTANTS "" CACHE STRING
  "Which mutants the target mutants tries: names or globs, parted by semicolons (empty: all)")

set(kunit_mutants_uml --profile kunit --profile kunit-debug)
set(kunit_mutants_smp --profile kunit-smp --table mutants-smp)

function(_kunit_add_mutants target)
  add_custom_target(${target}
    COMMAND kunit-mutants --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
      --jobs "${KUNIT_JOBS}" ${ARGN} ${KUNIT_MUTANTS}
    COMMENT "Planting mutants"
    USES_TERMINAL VERBATIM)
  add_dependencies(${target} series-apply)
endfunction()
_kunit_add_mutants(mutants ${kunit_mutants_uml})
_kunit_add_mutants(mutants-smp ${kunit_mutants_smp})
