# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
GateFuzz
--------

The gate under libFuzzer, AddressSanitizer and UBSan, in a build of its own with clang.

Tests (CTest): gate-fuzz.build builds it; gate-fuzz.short runs it for some seconds from a fixed seed.
Both say "Not Run" where there is no clang++ with these libraries.

The seeds in tools/fuzz_corpus are what a longer run found, cut down to what reaches new code:
  gate_fuzz -set_cover_merge=1 -use_counters=0 -max_len=1024 <new folder> <folder>

Longer, with the corpus that it finds kept in a folder of yours. What libFuzzer itself does for its
schedule costs as much as the gate does, and so do the stacks that the sanitizer keeps of each
allocation; both can be left out:
  ASAN_OPTIONS=malloc_context_size=0 build/fuzz/tools/gate_fuzz -entropic=0 -runs=10000000
    -max_len=256 -len_control=0 <folder> tools/fuzz_corpus tools/testdata
#]=======================================================================]
include_guard(GLOBAL)

if(BUILD_TESTING AND NOT GATE_FUZZ)
  find_program(CLANGXX clang++ DOC "Builds the fuzz target")
  set(fuzz_build "${CMAKE_BINARY_DIR}/fuzz")
  add_test(NAME gate-fuzz.configure
    COMMAND ${CMAKE_COMMAND} -S "${CMAKE_SOURCE_DIR}" -B "${fuzz_build}" -G Ninja
            "-DCMAKE_CXX_COMPILER=${CLANGXX}"
            "-DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}"
            -DBUILD_TESTING=OFF -DGATE_FUZZ=ON)
  add_test(NAME gate-fuzz.build
    COMMAND ${CMAKE_COMMAND} --build "${fuzz_build}" --target gate_fuzz)
  # libFuzzer keeps what it finds in the first folder that it is given.
  file(MAKE_DIRECTORY "${fuzz_build}/corpus")
  # By way of cmake, since CTest complains of a program that is not there yet even when it lists.
  add_test(NAME gate-fuzz.short
    COMMAND ${CMAKE_COMMAND} -E env "${fuzz_build}/tools/gate_fuzz" -runs=5000 -seed=1 -max_len=2048
            "-artifact_prefix=${fuzz_build}/" "${fuzz_build}/corpus"
            "${CMAKE_SOURCE_DIR}/tools/fuzz_corpus" "${CMAKE_SOURCE_DIR}/tools/testdata")
  set_tests_properties(gate-fuzz.configure PROPERTIES FIXTURES_SETUP gate_fuzz_configured)
  set_tests_properties(gate-fuzz.build PROPERTIES
    FIXTURES_REQUIRED gate_fuzz_configured FIXTURES_SETUP gate_fuzz TIMEOUT 1800)
  set_tests_properties(gate-fuzz.short PROPERTIES FIXTURES_REQUIRED gate_fuzz TIMEOUT 600)
  set_tests_properties(gate-fuzz.configure gate-fuzz.build gate-fuzz.short PROPERTIES LABELS fuzz)
  if(NOT CLANGXX)
    message(STATUS "gate-fuzz: not run: no clang++ (Debian: apt-get install clang)")
    set_tests_properties(gate-fuzz.configure gate-fuzz.build gate-fuzz.short PROPERTIES
      DISABLED TRUE)
  endif()
endif()
