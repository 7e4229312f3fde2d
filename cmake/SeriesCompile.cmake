# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
SeriesCompile
-------------

Whether every user of videobuf2 still compiles, and which warnings the series brings that the base
does not have. Needs KernelTree.

Targets:
  compile           all of the below, one after the other
  compile-ARCH-CC   W=1, for ARCH x86_64 or arm64, CC gcc or clang: drivers/media, drivers/staging/media, the
                    uvc gadget's folder, and the other objects that a patch touches
  compile-sparse    sparse, for arm64, on the objects that a patch touches

A target whose compiler is not installed says NOT RUN, and fails. Objects and logs are kept in
build/compile; a target that was ended goes on where it was.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)

add_custom_target(compile)

function(_series_compile_target name)
  add_custom_target(${name}
    COMMAND series-compile --project "${series_project}" --build "${CMAKE_BINARY_DIR}"
            --jobs "${KUNIT_JOBS}" ${ARGN}
    COMMENT "Compiling the users of videobuf2"
    USES_TERMINAL VERBATIM)
  add_dependencies(${name} series-apply)
  add_dependencies(compile ${name})
endfunction()

foreach(arch IN ITEMS x86_64 arm64)
  foreach(compiler IN ITEMS gcc clang)
    _series_compile_target(compile-${arch}-${compiler} --arch ${arch} --compiler ${compiler})
  endforeach()
endforeach()
_series_compile_target(compile-sparse --arch arm64 --touched --sparse)
