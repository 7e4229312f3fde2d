# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
KernelTree
----------

A kernel tree of the build folder's own, with the series of kernel/ applied.

Cache variables:
  KERNEL_TREE  git checkout or tar archive to take the tree from; empty: Debian's package
               linux-source-6.12. Nothing is ever written there.
  KERNEL_BASE  which patches of kernel/ serve where bases differ, e.g. 6.12; empty: as the tree's
               Makefile says.

Targets:
  kernel-tree     gets the tree, build/linux, a git repository on branch "series"
  series-apply    applies the series, and lays the suite of kunit/ into the tree
  series-refresh  writes the tree's commits and edits back to kernel/

Tests (CTest): kernel.tree gets the tree; it is the fixture kernel_tree.

Build output:
  KERNEL_TREE_ID  a file that changes whenever a build of the tree may turn out differently. The
                  target series-apply runs in each build and writes it only then, so that what
                  depends on it is rebuilt only then.
#]=======================================================================]
include_guard(GLOBAL)

set(KERNEL_TREE "" CACHE PATH
  "Kernel: a git checkout or a tar archive (empty: Debian's linux-source-6.12); never written to")
set(KERNEL_BASE "" CACHE STRING
  "Which patches serve where bases differ, e.g. 6.12 (empty: as the tree's Makefile says)")

set(KERNEL_TREE_ID "${CMAKE_BINARY_DIR}/linux.id")

set(kernel_where --project "${CMAKE_SOURCE_DIR}" --build "${CMAKE_BINARY_DIR}")
if(KERNEL_BASE)
  list(APPEND kernel_where --base "${KERNEL_BASE}")
endif()
set(kernel_origin)
if(KERNEL_TREE)
  set(kernel_origin --origin "${KERNEL_TREE}")
endif()

add_custom_target(kernel-tree
  COMMAND kernel-series tree ${kernel_where} ${kernel_origin}
  COMMENT "Getting the kernel tree"
  USES_TERMINAL VERBATIM)

add_custom_target(series-apply
  COMMAND kernel-series apply ${kernel_where} ${kernel_origin} --id "${KERNEL_TREE_ID}"
  BYPRODUCTS "${KERNEL_TREE_ID}"
  COMMENT "Checking the kernel tree and the series"
  USES_TERMINAL VERBATIM)

add_custom_target(series-refresh
  COMMAND kernel-series refresh ${kernel_where}
  COMMENT "Writing edits of the kernel tree back to kernel/"
  USES_TERMINAL VERBATIM)

if(BUILD_TESTING)
  add_test(NAME kernel.tree
    COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target kernel-tree)
  set_tests_properties(kernel.tree PROPERTIES
    FIXTURES_SETUP kernel_tree RESOURCE_LOCK build_folder TIMEOUT 3600 LABELS kernel)
endif()
