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
  SERIES_SENDER    "Name <mail>" of who sends the series: the author of the mails that
                   series-outgoing writes. Empty: the author that the patches name.
  SERIES_SIGN_OFF  whether those mails bear the sender's Signed-off-by (off).
  SERIES_VERSION   which posting this is; from 2 on the subjects say so, and the cover letter has to
                   tell "Changes since v1"
  SERIES_PREVIOUS  the mails of the posting before that, an mbox or a folder: the letter shows what
                   changed since by git range-diff. Empty: it does not.
  SERIES_ASSISTED_BY  "AGENT:MODEL" for a trailer Assisted-by on each patch, where the kernel's
                   Documentation/process/coding-assistants.rst asks the sender for one
  SERIES           somebody else's series instead of kernel/: an mbox, a mail, or a folder of mails.
                   See Preflight.
  SERIES_KUNITCONFIG  a .kunitconfig for it, a file of this machine; empty: its tests are not run.

Targets:
  kernel-tree     gets the tree, build/linux, a git repository on branch "series"
  series-apply    applies the series, and lays the suite of kunit/ into the tree
  series-refresh  writes the tree's commits and edits back to kernel/
  series-letter   writes what the targets named in the cover letter measured into it

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

set(SERIES_SENDER "" CACHE STRING "Series: \"Name <mail>\" of who sends it")
option(SERIES_SIGN_OFF "Series: add the sender's Signed-off-by to the mails" OFF)
set(SERIES_VERSION "1" CACHE STRING "Series: which posting this is")
set(SERIES_PREVIOUS "" CACHE PATH
  "Series: the mails of the posting before, an mbox or a folder, for a range-diff in the letter")

set(KERNEL_TREE_ID "${CMAKE_BINARY_DIR}/linux.id")

set(SERIES_ASSISTED_BY "" CACHE STRING "Series: \"AGENT:MODEL\" for a trailer Assisted-by")
set(SERIES "" CACHE PATH
  "Somebody else's series: an mbox, a mail or a folder of mails (empty: kernel/)")
set(SERIES_KUNITCONFIG "" CACHE FILEPATH "A .kunitconfig for that series (empty: run no tests)")

foreach(option IN ITEMS KERNEL_TREE SERIES SERIES_PREVIOUS SERIES_KUNITCONFIG)
  if("${${option}}" MATCHES ";")
    message(FATAL_ERROR "${option}: \"${${option}}\" holds a ';', which CMake takes for two paths;"
      " rename it, or give a link to it")
  endif()
endforeach()

# Where the programs find kernel/, kunit/ and tools/: here, or in a folder made of SERIES.
set(series_project "${CMAKE_SOURCE_DIR}")
set(series_import)
if(SERIES)
  set(series_project "${CMAKE_BINARY_DIR}/series")
  set(series_import kernel-series import --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
    --home "${CMAKE_SOURCE_DIR}" --series "${SERIES}")
  if(SERIES_KUNITCONFIG)
    list(APPEND series_import --kunitconfig "${SERIES_KUNITCONFIG}")
  endif()
endif()

set(kernel_where --project "${series_project}" --build "${CMAKE_BINARY_DIR}")
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

set(series_import_command)
if(SERIES)
  set(series_import_command COMMAND ${series_import})
endif()
add_custom_target(series-apply
  ${series_import_command}
  COMMAND kernel-series apply ${kernel_where} ${kernel_origin} --id "${KERNEL_TREE_ID}"
  BYPRODUCTS "${KERNEL_TREE_ID}"
  COMMENT "Checking the kernel tree and the series"
  USES_TERMINAL VERBATIM)

add_custom_target(series-refresh
  COMMAND kernel-series refresh ${kernel_where}
  COMMENT "Writing edits of the kernel tree back to kernel/"
  USES_TERMINAL VERBATIM)

add_custom_target(series-letter
  COMMAND kernel-series letter ${kernel_where}
  COMMENT "Writing what was measured to the cover letter"
  USES_TERMINAL VERBATIM)

set(series_mail_options --reroll "${SERIES_VERSION}")
if(SERIES_SENDER)
  list(APPEND series_mail_options --sender "${SERIES_SENDER}")
endif()
if(SERIES_SIGN_OFF)
  list(APPEND series_mail_options --sign-off)
endif()
if(SERIES_PREVIOUS)
  list(APPEND series_mail_options --previous "${SERIES_PREVIOUS}")
endif()
if(SERIES_ASSISTED_BY)
  list(APPEND series_mail_options --assisted-by "${SERIES_ASSISTED_BY}")
endif()
if(BUILD_TESTING)
  add_test(NAME kernel.tree
    COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target kernel-tree)
  set_tests_properties(kernel.tree PROPERTIES
    FIXTURES_SETUP kernel_tree RESOURCE_LOCK build_folder TIMEOUT 3600 LABELS kernel)
endif()
