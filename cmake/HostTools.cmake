# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
HostTools
---------

The programs of tools/, by their targets' names. Include it first.

Cache variables:
  HOST_TOOLS  a build folder of this project whose programs serve, so that a second one, for another
              base or somebody else's series, compiles none (empty: they are built here). They are
              used as they are: after an edit of tools/, build host-programs there. What is made of
              tools/ itself, gate-package and fence-probe-arm64 for two, is made there, too.

Targets, where HOST_TOOLS is empty:
  host-programs  all programs
  host-tools     these and their tests, for those who want them without a kernel

Files: host-tools.cmake in the build folder, what HOST_TOOLS of another one reads.
#]=======================================================================]
include_guard(GLOBAL)

set(HOST_TOOLS "" CACHE PATH
  "Build folder whose programs are used (empty: they are built in this one)")

set(host_tools_file host-tools.cmake)
if(HOST_TOOLS)
  # Blanks in front keep CMake from wrapping the line.
  function(_host_tools_refuse reason)
    message(FATAL_ERROR "  HOST_TOOLS=${HOST_TOOLS}: ${reason}")
  endfunction()
  file(REAL_PATH "${HOST_TOOLS}" host_tools BASE_DIRECTORY "${CMAKE_SOURCE_DIR}")
  file(REAL_PATH "${CMAKE_BINARY_DIR}" here)
  if(host_tools STREQUAL here)
    _host_tools_refuse("is this build folder; give another one, or none")
  endif()
  if(GATE_FUZZ)
    _host_tools_refuse("GATE_FUZZ asks for programs of its own; give one of the two")
  endif()
  if(NOT EXISTS "${host_tools}/${host_tools_file}")
    _host_tools_refuse("no build folder of this project; configure it, and build host-programs there")
  endif()
  include("${host_tools}/${host_tools_file}")
  get_directory_property(programs IMPORTED_TARGETS)
  foreach(program IN LISTS programs)
    get_target_property(configuration ${program} IMPORTED_CONFIGURATIONS)
    get_target_property(file ${program} IMPORTED_LOCATION_${configuration})
    if(NOT EXISTS "${file}")
      _host_tools_refuse("has no ${file}; build host-programs there")
    endif()
  endforeach()
  return()
endif()

add_subdirectory(tools)
get_directory_property(targets DIRECTORY tools BUILDSYSTEM_TARGETS)
add_custom_target(host-tools)
add_custom_target(host-programs)
set(programs)
foreach(target IN LISTS targets)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "EXECUTABLE")
    continue()
  endif()
  add_dependencies(host-tools ${target})
  if(NOT target MATCHES "_(test|fuzz)$")
    add_dependencies(host-programs ${target})
    list(APPEND programs ${target})
  endif()
endforeach()
export(TARGETS ${programs} FILE "${CMAKE_BINARY_DIR}/${host_tools_file}")
