// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_OBJECT_DEPS_H_
#define TOOLS_OBJECT_DEPS_H_

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What an edit of some sources leaves to be compiled, so that make need not look into each of the
/// tree's folders for it, which takes it longer than compiling and linking.
namespace object_deps {

/// The sources whose contents differ between two texts of SeriesTree::Fingerprint(), as the tree
/// names them ("drivers/media/v4l2-core/v4l2-mem2mem.c"). Nothing where more differs than the
/// contents of C sources and headers that both know: a new or removed file, a makefile, a compiler.
std::optional<std::set<std::string>> ChangedSources(const std::string& before,
                                                    const std::string& now);

/// The objects in the build folder `objects`, relative to it, that were compiled from any of
/// `sources`, by what kbuild noted beside each (.NAME.o.cmd); possibly some more. Nothing where it
/// finds none, or something other than a built-in object of vmlinux (a host program, a linker
/// script, a generated header, a library), or archives that are not thin: then make must look.
std::optional<std::vector<std::string>> CompiledFrom(const std::filesystem::path& objects,
                                                     const std::set<std::string>& sources);

}  // namespace object_deps

#endif  // TOOLS_OBJECT_DEPS_H_
