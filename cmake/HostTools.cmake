# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
HostTools
---------

The programs of tools/, by their targets' names. Include it first.

Cache variables:
  HOST_TOOLS  a build folder of this project whose programs serve, so that a second one, for another
              base or somebody else's series, compiles none (empty: they are built here)

Targets:
  host-tools  everything that tools/ builds, for those who want it without a kernel

Files: host-tools.cmake in the build folder, what HOST_TOOLS of another one reads.
#]=======================================================================]
include_guard(GLOBAL)

set(HOST_TOOLS "" CACHE PATH
  "Build folder whose programs are used (empty: they are built in this one)")

set(host_tools_file host-tools.cmake)
if(HOST_TOOLS)
  if(NOT EXISTS "${HOST_TOOLS}/${host_tools_file}")
    message(FATAL_ERROR "HOST_TOOLS=${HOST_TOOLS}: no build folder of this project; "
      "configure it, and build its target host-tools")
  endif()
  include("${HOST_TOOLS}/${host_tools_file}")
  get_directory_property(programs IMPORTED_TARGETS)
  foreach(program IN LISTS programs)
    get_target_property(configuration ${program} IMPORTED_CONFIGURATIONS)
    get_target_property(file ${program} IMPORTED_LOCATION_${configuration})
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "HOST_TOOLS=${HOST_TOOLS}: it has no ${file}; build its target host-tools")
    endif()
  endforeach()
  add_custom_target(host-tools)
  return()
endif()

add_subdirectory(tools)
get_directory_property(targets DIRECTORY tools BUILDSYSTEM_TARGETS)
add_custom_target(host-tools)
set(programs)
foreach(target IN LISTS targets)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    continue()
  endif()
  add_dependencies(host-tools ${target})
  if(NOT target MATCHES "_(test|fuzz)$")
    list(APPEND programs ${target})
  endif()
endforeach()
export(TARGETS ${programs} FILE "${CMAKE_BINARY_DIR}/${host_tools_file}")
