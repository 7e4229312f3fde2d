# SPDX-License-Identifier: GPL-2.0-only
#[=======================================================================[
Preflight
---------

Whether the series can be mailed: everything that the CI of linux-media and the maintainers would
ask, asked here first, and one table of the answers. Include it last: it calls what the other modules
describe.

  preflight_add_check(<name> TITLE <what it asks> TIER required|full [OPTIONAL] [ALWAYS]
                      COMMAND <program> <argument>... [THEN <program> <argument>...]
                      INPUTS <input>... [OUTPUTS <input>...] [NEEDS <check>...]
                      [PROOF <file of the build folder>])

adds a check. A <program> may be an executable target. Its exit code is one of tools/exit_codes.h,
and a line "NOT RUN <name>: <reason>" tells that a tool is missing. A result is kept until an input
or a program changes; what an input can be is told in tools/preflight_inputs.h. OPTIONAL: that its
tool is not installed is no fault. ALWAYS: asked anew in each run, whatever is kept. OUTPUTS: what
the check makes and others read, named as inputs are; what is an input, too, may change by the check.

Targets:
  preflight         the checks of the tier "required" whose result does not hold any more, and the
                    table; fails where one is the series' fault, and where one could not be asked
  preflight-full    those of the tier "full", too
  preflight-<name>  one check, with those that it needs
  preflight-status  runs nothing, and fails where "preflight" has something to do or to tell
  series-outgoing   writes the series as mails to build/outgoing, unless preflight-status fails; sends
                    nothing
  ci-matrix         writes pipelines that give each check a runner: preflight/gitlab-ci.yml and
                    preflight/github.yml

With SERIES (see KernelTree) it is asked of somebody else's series what can be asked of any:

  cmake --preset kunit -B build-theirs -DSERIES=their.mbox [-DSERIES_KUNITCONFIG=<.kunitconfig>]
  cmake --build build-theirs --target preflight

Files, in build/preflight: report.txt, .md (for the cover letter), .html and .json; <name>.log, what
a check printed; <name>.json, its result.
#]=======================================================================]
include_guard(GLOBAL)
include(KernelTree)
include(KunitMutants)
include(KunitRun)

set(preflight_folder "${CMAKE_BINARY_DIR}/preflight")
set(preflight_plan "${preflight_folder}/plan.json")
set_property(GLOBAL PROPERTY PREFLIGHT_CHECKS "")
set_property(GLOBAL PROPERTY PREFLIGHT_PROGRAMS "")

# _preflight_json(<variable> <item>...)
#
# Sets <variable> to a JSON list of texts.
function(_preflight_json variable)
  set(texts)
  foreach(item IN LISTS ARGN)
    string(REPLACE "\\" "\\\\" item "${item}")
    string(REPLACE "\"" "\\\"" item "${item}")
    list(APPEND texts "\"${item}\"")
  endforeach()
  list(JOIN texts ", " texts)
  set(${variable} "[${texts}]" PARENT_SCOPE)
endfunction()

function(preflight_add_check name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIONAL;ALWAYS" "TITLE;TIER;PROOF"
    "COMMAND;INPUTS;OUTPUTS;NEEDS")
  if(NOT arg_TITLE OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "The check ${name} has no TITLE, or unknown arguments:"
      " \"${arg_UNPARSED_ARGUMENTS}\"")
  endif()
  set(commands)
  set(argv)
  set(programs)
  foreach(argument IN LISTS arg_COMMAND ITEMS THEN)
    if(argument STREQUAL "THEN")
      _preflight_json(command ${argv})
      list(APPEND commands "${command}")
      set(argv)
      continue()
    endif()
    if(NOT argv AND TARGET "${argument}")
      list(APPEND programs "${argument}")
      set(argument "$<TARGET_FILE:${argument}>")
    endif()
    list(APPEND argv "${argument}")
  endforeach()
  list(REMOVE_DUPLICATES programs)
  foreach(program IN LISTS programs)
    list(APPEND arg_INPUTS "$<TARGET_FILE:${program}>")
  endforeach()
  list(JOIN commands ", " commands)
  _preflight_json(inputs ${arg_INPUTS})
  _preflight_json(outputs ${arg_OUTPUTS})
  _preflight_json(needs ${arg_NEEDS})
  foreach(flag IN ITEMS OPTIONAL ALWAYS)
    set(${flag} false)
    if(arg_${flag})
      set(${flag} true)
    endif()
  endforeach()
  set_property(GLOBAL APPEND_STRING PROPERTY PREFLIGHT_CHECKS "  {\"name\": \"${name}\",
   \"title\": \"${arg_TITLE}\",
   \"tier\": \"${arg_TIER}\", \"optional\": ${OPTIONAL}, \"always\": ${ALWAYS},
   \"commands\": [${commands}],
   \"inputs\": ${inputs},
   \"outputs\": ${outputs},
   \"needs\": ${needs},
   \"proof\": \"${arg_PROOF}\"},\n")
  set_property(GLOBAL APPEND PROPERTY PREFLIGHT_PROGRAMS ${programs})

  add_custom_target(preflight-${name}
    COMMAND series-preflight run --plan "${preflight_plan}" ${name}
    COMMENT "Pre-flight: ${name}"
    USES_TERMINAL VERBATIM)
  add_dependencies(preflight-${name} ${programs})
  foreach(need IN LISTS arg_NEEDS)
    get_target_property(theirs preflight-${need} MANUALLY_ADDED_DEPENDENCIES)
    add_dependencies(preflight-${name} ${theirs})
  endforeach()
endfunction()

# For the functions below, which add checks of a kind: sets `own` to what they pass on. Keywords that
# they did not know would become a part of the list that stands before them.
macro(_preflight_own_arguments)
  set(own TIER "${arg_TIER}" TITLE "${arg_TITLE}" ${arg_UNPARSED_ARGUMENTS})
  if(arg_OPTIONAL)
    list(APPEND own OPTIONAL)
  endif()
endmacro()

# Everything that the patches are, for any base; not the cover letter.
set(preflight_patches
  "${series_project}/kernel/000[1-9]-*.patch"
  "${series_project}/kernel/00[1-9]?-*.patch"
  "${series_project}/kernel/0[1-9]??-*.patch"
  "${series_project}/kernel/[0-9].[0-9]*")
set(preflight_suite "${series_project}/kunit/*.[ch]" "${series_project}/kunit/Kconfig"
  "${series_project}/kunit/Makefile" "${series_project}/kunit/hook.patch")
# What a run of the suite is judged by.
set(preflight_lists "${series_project}/kunit/*.config" "${series_project}/kunit/expected*.txt"
  "${series_project}/kernel/allow-*.txt")
set(preflight_mails "${preflight_folder}/mails")
set(preflight_lists_to --list linux-media@vger.kernel.org --list dri-devel@lists.freedesktop.org
  --list linaro-mm-sig@lists.linaro.org --list linux-rockchip@lists.infradead.org)
# As one text: a list in a list of inputs would be several.
list(JOIN series_mail_options " " preflight_mail_options)
set(preflight_first)
set(preflight_only_apply)
# What "applies" makes before it asks: the tree, and of somebody else's series the patches.
set(preflight_made "${KERNEL_TREE_ID}")
if(SERIES)
  # They are mails already, as somebody sent them, cover letter included.
  set(preflight_mails "${series_project}/mails")
  set(preflight_lists_to)
  set(preflight_first ${series_import} THEN)
  set(preflight_only_apply --only-apply)
  list(APPEND preflight_made ${preflight_patches} ${preflight_suite})
endif()
set(preflight_project --project "${series_project}" --build "${CMAKE_BINARY_DIR}")
set(preflight_jobs --jobs "${KUNIT_JOBS}")

# --- The patches -------------------------------------------------------------------------------

preflight_add_check(applies ALWAYS TIER required
  TITLE "Applies with git am, and git format-patch gives the same bytes"
  COMMAND ${preflight_first} kernel-series applies ${kernel_where} ${kernel_origin}
    --id "${KERNEL_TREE_ID}" ${preflight_only_apply}
  INPUTS ${preflight_patches} ${preflight_suite} "${KERNEL_TREE_ID}" "text:KERNEL_TREE=${KERNEL_TREE}"
    "text:KERNEL_BASE=${KERNEL_BASE}" ${SERIES}
  OUTPUTS ${preflight_made})
preflight_add_check(applies-newest ALWAYS TIER required
  TITLE "Applies to the newest kernel that Debian has"
  COMMAND kernel-newest get ${newest_where} --suite "${NEWEST_SUITE}"
    THEN kernel-newest apply ${newest_where}
  INPUTS ${preflight_patches} "text:NEWEST_SUITE=${NEWEST_SUITE}"
  OUTPUTS "${newest_note}")
set(preflight_mails_come_by applies)
if(NOT SERIES)
  preflight_add_check(mails TIER required
    TITLE "The mails can be written, and the cover letter has its results"
    COMMAND kernel-series outgoing ${kernel_where} ${kernel_origin} --id "${KERNEL_TREE_ID}"
      --folder "${preflight_mails}" ${series_mail_options}
    INPUTS "${series_project}/kernel" "${KERNEL_TREE_ID}" ${preflight_suite}
      "${series_project}/kunit/commit-message.txt" ${SERIES_PREVIOUS}
      "text:options=${preflight_mail_options}"
    OUTPUTS "${preflight_mails}"
    NEEDS applies PROOF preflight/mails)
  set(preflight_mails_come_by mails)
endif()
preflight_add_check(recipients TIER required
  TITLE "The mails go to all whom get_maintainer.pl names, and to the lists"
  COMMAND kernel-series recipients ${kernel_where} --folder "${preflight_mails}"
    ${preflight_lists_to}
  INPUTS "${preflight_mails}" "${KERNEL_TREE_ID}"
  NEEDS ${preflight_mails_come_by})

set(preflight_unsigned)
if(NOT SERIES AND NOT SERIES_SIGN_OFF)
  # That a person has to sign is told by "mails"; the rest is asked all the same.
  set(preflight_unsigned --unsigned)
endif()
preflight_add_check(form TIER required
  TITLE "The mails have the form that media-ci and the kernel's documents ask for"
  COMMAND patch-form ${preflight_unsigned} "${preflight_mails}"
  INPUTS "${preflight_mails}" "text:unsigned=${preflight_unsigned}"
  NEEDS ${preflight_mails_come_by})
preflight_add_check(checkpatch TIER required
  TITLE "checkpatch.pl --strict, at 80 columns, has nothing to say"
  COMMAND patch-form --check checkpatch --tree "${CMAKE_BINARY_DIR}/linux" ${preflight_unsigned}
    "${preflight_mails}"
  INPUTS "${preflight_mails}" "${KERNEL_TREE_ID}" program:perl program:python3
    "text:unsigned=${preflight_unsigned}"
  NEEDS ${preflight_mails_come_by})
preflight_add_check(spelling TIER required
  TITLE "No word that codespell's dictionary knows for a slip"
  COMMAND patch-form --check spelling --tree "${CMAKE_BINARY_DIR}/linux" "${preflight_mails}"
  INPUTS "${preflight_mails}" "${KERNEL_TREE_ID}" program:perl program:codespell
  NEEDS ${preflight_mails_come_by})

# --- KUnit -------------------------------------------------------------------------------------

# _preflight_add_profile(<profile> TITLE <text> TIER <tier> [OPTIONAL] [TOOLS <program>...])
#
# TOOLS: what it calls beside gcc and ld, which KERNEL_TREE_ID tells of.
function(_preflight_add_profile profile)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIONAL" "TITLE;TIER" "TOOLS")
  _preflight_own_arguments()
  list(TRANSFORM arg_TOOLS PREPEND program:)
  set(where ${kunit_where} --profile ${profile})
  preflight_add_check(${profile} ${own}
    COMMAND kunit-run build ${where} ${preflight_jobs}
      THEN kunit-run exec ${where} --timeout "${KUNIT_TIMEOUT}"
      THEN kunit-run verdict ${where} --unless-shown
    INPUTS "${KERNEL_TREE_ID}" ${preflight_lists} program:python3 ${arg_TOOLS}
    NEEDS applies
    PROOF ${profile}/report.html)
endfunction()
if(NOT SERIES OR SERIES_KUNITCONFIG)
  _preflight_add_profile(kunit TIER required TITLE "Its KUnit tests pass")
endif()
if(NOT SERIES)
  _preflight_add_profile(kunit-debug TIER required
    TITLE "The suite passes under KASAN, lockdep and kmemleak")
endif()

# --- Compilers and what reads the sources ------------------------------------------------------

# _preflight_add_compile(<name> TITLE <text> TIER <tier> [OPTIONAL] OPTIONS <option>...
#                        [TOOLS <program>...])
function(_preflight_add_compile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIONAL" "TITLE;TIER" "OPTIONS;TOOLS")
  _preflight_own_arguments()
  list(TRANSFORM arg_TOOLS PREPEND program:)
  preflight_add_check(${name} ${own}
    COMMAND series-compile ${preflight_project} ${preflight_jobs} ${arg_OPTIONS}
    INPUTS "${KERNEL_TREE_ID}" "${CMAKE_SOURCE_DIR}/tools/compile_check.config" ${arg_TOOLS}
    NEEDS applies)
endfunction()
# All of it: what a header breaks is in files that nobody touched. Of somebody else's series, those
# that are touched come first.
set(preflight_media_tier required)
if(SERIES)
  set(preflight_media_tier full)
  _preflight_add_compile(compile-arm64 TIER required
    TITLE "No new warning in what is touched, for arm64 with gcc, W=1"
    OPTIONS --arch arm64 --compiler gcc --touched TOOLS aarch64-linux-gnu-gcc)
endif()
_preflight_add_compile(compile-media TIER ${preflight_media_tier}
  TITLE "No new warning in drivers/media, for arm64 with gcc, W=1"
  OPTIONS --arch arm64 --compiler gcc TOOLS aarch64-linux-gnu-gcc)
_preflight_add_compile(compile-x86_64 TIER required
  TITLE "No new warning in what is touched, for x86_64 with gcc, W=1"
  OPTIONS --arch x86_64 --compiler gcc --touched)
_preflight_add_compile(compile-arm64-llvm TIER required OPTIONAL
  TITLE "No new warning in what is touched, for arm64 with clang, W=1"
  OPTIONS --arch arm64 --compiler clang --touched TOOLS clang)
_preflight_add_compile(compile-x86_64-llvm TIER required OPTIONAL
  TITLE "No new warning in what is touched, for x86_64 with clang, W=1"
  OPTIONS --arch x86_64 --compiler clang --touched TOOLS clang)
_preflight_add_compile(sparse TIER required
  TITLE "No new message of sparse on what is touched"
  OPTIONS --arch arm64 --touched --sparse TOOLS aarch64-linux-gnu-gcc sparse)

_preflight_add_compile(smatch TIER required OPTIONAL
  TITLE "No new message of smatch on what is touched"
  OPTIONS --arch x86_64 --touched --checker smatch TOOLS smatch)
preflight_add_check(bisect TIER required
  TITLE "Each patch compiles on top of those before it, and warns of nothing new"
  COMMAND series-bisect ${preflight_project} ${preflight_jobs}
  INPUTS ${preflight_patches} "${KERNEL_TREE_ID}" "${CMAKE_SOURCE_DIR}/tools/compile_check.config"
    program:aarch64-linux-gnu-gcc
  NEEDS applies)

# _preflight_add_lint(<check> TITLE <text> TIER <tier> [OPTIONAL] TOOLS <program>...)
function(_preflight_add_lint check)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIONAL" "TITLE;TIER" "TOOLS")
  _preflight_own_arguments()
  set(tools ${arg_TOOLS})
  list(TRANSFORM tools PREPEND program:)
  preflight_add_check(${check} ${own}
    COMMAND series-lint ${preflight_project} ${preflight_jobs} --check ${check}
    INPUTS "${KERNEL_TREE_ID}" ${tools}
    NEEDS applies)
endfunction()
_preflight_add_lint(kernel-doc TIER required
  TITLE "No new message of kernel-doc on what is touched" TOOLS perl python3)
_preflight_add_lint(documentation TIER full OPTIONAL
  TITLE "No new message of Sphinx on the touched documentation" TOOLS sphinx-build)
_preflight_add_lint(coccinelle TIER full OPTIONAL
  TITLE "No new message of Coccinelle on the touched sources" TOOLS spatch)

# --- What takes longer, or another machine -----------------------------------------------------

if(NOT SERIES)
  _preflight_add_profile(kunit-smp TIER full TOOLS qemu-system-x86_64
    TITLE "The suite and its races pass on four CPUs, x86_64, under KCSAN and lockdep")
  _preflight_add_profile(kunit-arm64 TIER full TOOLS qemu-system-aarch64 aarch64-linux-gnu-gcc
    TITLE "The suite and its races pass on four CPUs, arm64, under lockdep")
  _preflight_add_profile(kunit-uml-smp TIER full OPTIONAL
    TITLE "The suite and its races pass on two CPUs in UML, under KASAN and lockdep")
  # What applies may not compile: an interface that the suite calls has changed since.
  set(newest_kunit --project "${series_project}" --build "${newest_whole}" --profile kunit)
  preflight_add_check(kunit-newest TIER full
    TITLE "The suite passes on the newest kernel that Debian has"
    COMMAND kernel-newest apply ${newest_where} --whole
      THEN kunit-run build ${newest_kunit} ${preflight_jobs}
      THEN kunit-run exec ${newest_kunit} --timeout "${KUNIT_TIMEOUT}"
      THEN kunit-run verdict ${newest_kunit} --unless-shown
    INPUTS "${KERNEL_TREE_ID}" "${newest_note}" ${preflight_lists} program:python3
    NEEDS applies applies-newest
    PROOF newest/whole/kunit/report.html)
  foreach(debug IN ITEMS "" -debug)
    set(options)
    set(checked)
    if(debug)
      set(options --debug)
      set(checked ", under KASAN and lockdep")
    endif()
    preflight_add_check(before-after${debug} TIER full
      TITLE "A V4L2 client sees what it should, before and after the series${checked}"
      COMMAND before-after-run build ${preflight_project} ${options} ${preflight_jobs}
        THEN before-after-run check ${preflight_project} ${options}
      INPUTS "${KERNEL_TREE_ID}" "$<TARGET_FILE:fence-probe>"
        "${CMAKE_SOURCE_DIR}/tools/before_after*.config"
        "${CMAKE_SOURCE_DIR}/tools/before_after_expected.txt" program:v4l2-compliance
      NEEDS applies PROOF before-after${debug}/before-after.html)
  endforeach()
  preflight_add_check(coverage TIER full
    TITLE "The tests reach each line and branch that the series adds"
    COMMAND series-coverage check ${preflight_project} ${preflight_jobs} --timeout "${KUNIT_TIMEOUT}"
    INPUTS "${KERNEL_TREE_ID}" ${preflight_lists} "${CMAKE_SOURCE_DIR}/kunit/uncovered.txt"
      program:gcov
    NEEDS applies PROOF coverage/coverage.html)
  preflight_add_check(mutants TIER full
    TITLE "The suite sees each planted fault"
    COMMAND kunit-mutants ${preflight_project} ${preflight_jobs} ${kunit_mutants_uml}
    INPUTS "${KERNEL_TREE_ID}" ${preflight_lists} "${CMAKE_SOURCE_DIR}/kunit/mutants"
    NEEDS applies PROOF mutants/mutants.html)
  preflight_add_check(mutants-smp TIER full
    TITLE "The races of the suite see each planted fault, on four CPUs"
    COMMAND kunit-mutants ${preflight_project} ${preflight_jobs} ${kunit_mutants_smp}
    INPUTS "${KERNEL_TREE_ID}" ${preflight_lists} "${CMAKE_SOURCE_DIR}/kunit/mutants"
      program:qemu-system-x86_64
    NEEDS applies PROOF mutants/mutants-smp.html)
  preflight_add_check(bench-fence TIER full
    TITLE "What a fence costs is within its limits"
    COMMAND fence-cost ${preflight_project} ${preflight_jobs}
      --rows "${CMAKE_BINARY_DIR}/bench/fence.json"
    INPUTS "${KERNEL_TREE_ID}" "${CMAKE_SOURCE_DIR}/kunit/cost"
      program:qemu-system-x86_64 program:pahole
    NEEDS applies PROOF bench/fence.json)
endif()

# --- All of them -------------------------------------------------------------------------------

get_property(checks GLOBAL PROPERTY PREFLIGHT_CHECKS)
string(REGEX REPLACE ",\n$" "\n" checks "${checks}")
file(GENERATE OUTPUT "${preflight_plan}" CONTENT "{\"source\": \"${CMAKE_SOURCE_DIR}\",
 \"build\": \"${CMAKE_BINARY_DIR}\",
 \"checks\": [\n${checks} ]}\n")
get_property(programs GLOBAL PROPERTY PREFLIGHT_PROGRAMS)
list(REMOVE_DUPLICATES programs)

add_custom_target(preflight
  COMMAND series-preflight run --plan "${preflight_plan}"
  COMMENT "Pre-flight"
  USES_TERMINAL VERBATIM)
add_custom_target(preflight-full
  COMMAND series-preflight run --plan "${preflight_plan}" --full
  COMMENT "Pre-flight, all of it"
  USES_TERMINAL VERBATIM)
add_custom_target(preflight-status
  COMMAND series-preflight status --plan "${preflight_plan}"
  COMMENT "Pre-flight: what holds"
  USES_TERMINAL VERBATIM)
add_custom_target(series-outgoing
  COMMAND series-preflight status --plan "${preflight_plan}"
  COMMAND kernel-series outgoing ${kernel_where} ${kernel_origin} --id "${KERNEL_TREE_ID}"
    --folder "${CMAKE_BINARY_DIR}/outgoing" ${series_mail_options}
  COMMENT "Writing the series as mails"
  USES_TERMINAL VERBATIM)
foreach(target IN ITEMS preflight preflight-full preflight-status series-outgoing)
  add_dependencies(${target} ${programs} fence-probe)
endforeach()
# What holds is to be told of the tree as it is now.
add_dependencies(preflight-status series-apply)
add_dependencies(series-outgoing series-apply)
if(SERIES)
  # The preset that a pipeline configures would be asked of kernel/.
  add_custom_target(ci-matrix
    COMMAND ${CMAKE_COMMAND} -E echo "error: SERIES: a runner has no ${SERIES};\
 write the pipelines in a build folder without SERIES, and give its configure line the mails"
    COMMAND ${CMAKE_COMMAND} -E false
    COMMENT "Writing the CI's pipelines"
    VERBATIM)
else()
  add_custom_target(ci-matrix
    COMMAND series-preflight matrix --plan "${preflight_plan}" --form gitlab
      --output "${preflight_folder}/gitlab-ci.yml"
    COMMAND series-preflight matrix --plan "${preflight_plan}" --form github
      --output "${preflight_folder}/github.yml"
    COMMENT "Writing the CI's pipelines"
    VERBATIM)
endif()

# The example of somebody else's series: one mail, in a build folder of its own, by our programs.
if(BUILD_TESTING AND NOT SERIES)
  set(theirs_build "${CMAKE_BINARY_DIR}/theirs")
  set(theirs_tools "${CMAKE_BINARY_DIR}")
  if(HOST_TOOLS)
    set(theirs_tools "${host_tools}")
  endif()
  add_test(NAME theirs.configure
    COMMAND ${CMAKE_COMMAND} -S "${CMAKE_SOURCE_DIR}" -B "${theirs_build}" -G Ninja
      "-DHOST_TOOLS=${theirs_tools}" -DBUILD_TESTING=OFF
      "-DKERNEL_TREE=${KERNEL_TREE}" "-DKERNEL_BASE=${KERNEL_BASE}"
      "-DSERIES=${CMAKE_SOURCE_DIR}/tools/testdata/theirs.mbox")
  add_test(NAME theirs.preflight
    COMMAND ${CMAKE_COMMAND} --build "${theirs_build}"
      --target preflight-applies preflight-form preflight-checkpatch preflight-spelling)
  add_test(NAME theirs.no-tools
    COMMAND ${CMAKE_COMMAND} -S "${CMAKE_SOURCE_DIR}" -B "${theirs_build}-no-tools" -G Ninja
      "-DHOST_TOOLS=${theirs_tools}/no-such-folder")
  set_tests_properties(theirs.no-tools PROPERTIES LABELS integration
    PASS_REGULAR_EXPRESSION "no-such-folder: no build folder of this project")
  set_tests_properties(theirs.configure PROPERTIES FIXTURES_SETUP theirs_configured LABELS kernel)
  set_tests_properties(theirs.preflight PROPERTIES
    FIXTURES_REQUIRED theirs_configured TIMEOUT 3600 LABELS kernel)
endif()
