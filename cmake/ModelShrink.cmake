# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
ModelShrink
-----------

Walks the suite videobuf2_fence_model in the kernel of KunitRun, and where a random walk fails, finds
the shortest part of it that does: no step can be dropped from it.

Cache variables:
  MODEL_SEED     what the walks are drawn from
  MODEL_STEPS    how many steps each has; empty: as many as the kernel is configured for
  MODEL_KIND     the one kind of queue to walk, e.g. vmalloc-capture-1; empty: all
  MODEL_PROFILE  whose kernel: kunit or kunit-debug

Targets:
  model-shrink  does so, one boot a try, each with KUNIT_TIMEOUT. What became of a try is kept until
                the kernel changes, so that a search that was ended goes on where it was.

Files, in build/model-shrink: console.log of the last boot, tries.txt.
#]=======================================================================]
include_guard(GLOBAL)
include(KunitRun)

set(MODEL_SEED 1 CACHE STRING "What the walks of the target model-shrink are drawn from")
set(MODEL_STEPS "" CACHE STRING "Steps of each walk (empty: the kernel's own number)")
set(MODEL_KIND "" CACHE STRING "The one kind of queue to walk (empty: all)")
set(MODEL_PROFILE kunit CACHE STRING "Whose kernel the target model-shrink boots")
set_property(CACHE MODEL_PROFILE PROPERTY STRINGS kunit kunit-debug)

set(model_selection)
if(MODEL_STEPS)
  list(APPEND model_selection --steps "${MODEL_STEPS}")
endif()
if(MODEL_KIND)
  list(APPEND model_selection --kind "${MODEL_KIND}")
endif()

add_custom_target(model-shrink
  COMMAND model_shrink --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
    --profile "${MODEL_PROFILE}" --timeout "${KUNIT_TIMEOUT}" --seed "${MODEL_SEED}"
    ${model_selection}
  DEPENDS "${CMAKE_BINARY_DIR}/${MODEL_PROFILE}/image.id"
  COMMENT "Walking at random"
  USES_TERMINAL VERBATIM)
add_dependencies(model-shrink series-apply)
