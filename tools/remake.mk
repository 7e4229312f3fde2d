# SPDX-License-Identifier: GPL-2.0-only
# Makes some objects of a built kernel again, each by the command that kbuild noted beside it, and
# notes that anew with kbuild's own macros. A top-level make would first try what options the
# compiler takes, which costs it more than compiling one file does.
#
# For objects whose sources have changed and nothing else has: not the configuration, not a makefile,
# not the compiler.
#
# Runs in the build folder, with:
#   srctree  the kernel tree
#   objects  names of the objects, relative to the build folder
objtree := .
quiet := quiet_

all: $(objects)
.PHONY: all FORCE

include $(srctree)/scripts/Kbuild.include
# What cmd_and_fixdep needs to know: savedcmd_OBJECT, source_OBJECT.
include $(foreach object,$(objects),$(dir $(object)).$(notdir $(object)).cmd)

quiet_cmd_remake = $(if $(filter %.S,$(source_$@)),AS,CC)      $@
      cmd_remake = $(savedcmd_$@)

$(objects): FORCE
	$(if $(savedcmd_$@),,$(error $@: kbuild noted no command for it))
	$(call cmd_and_fixdep,remake)
