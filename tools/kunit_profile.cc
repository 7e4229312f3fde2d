// SPDX-License-Identifier: GPL-2.0-only
#include "kunit_profile.h"

#include <utility>

#include "files.h"
#include "tool_version.h"

namespace fs = std::filesystem;

gate::Result<std::string> KunitProfile::Expected() const {
  const fs::path folder = project / "kunit";
  auto all = files::Read(folder / "expected.txt");
  const fs::path more = folder / ("expected-" + name + ".txt");
  if (!all.ok() || plain() || !fs::exists(more)) return all;
  const auto own = files::Read(more);
  if (!own.ok()) return own;
  return *all + *own;
}

KernelPaths KunitProfile::Paths(fs::path tree, fs::path tree_id, fs::path state) const {
  KernelPaths paths;
  paths.project = project;
  paths.tree = std::move(tree);
  paths.tree_id = std::move(tree_id);
  paths.state = std::move(state);
  paths.kunitconfigs = {project / "kunit/kunit.config"};
  if (!plain()) paths.kunitconfigs.push_back(Options());
  paths.for_editors = plain();
  return paths;
}

gate::Options KunitProfile::GateOptions(const KernelPaths& paths, const std::string& base) const {
  gate::Options options;
  if (const fs::path allow = project / "kernel" / ("allow-" + base + ".txt"); fs::exists(allow)) {
    options.allow_file = allow.string();
  }
  options.tool =
      gate::ToolVersionOf(files::ReadOrEmpty(paths.tree / "tools/testing/kunit/kunit_parser.py"));
  options.path_maps = {{"drivers/media/common/videobuf2/tests/", "kunit/"},
                       {"", paths.Name(paths.tree) + "/"}};
  return options;
}

process::Command KunitExec(const KernelPaths& paths, const std::string& filter, int limit,
                           const std::vector<std::string>& parameters) {
  process::Command kunit;
  kunit.argv = {"python3",
                "-u",
                (paths.tree / "tools/testing/kunit/kunit.py").string(),
                "exec",
                "--raw_output=all",
                "--build_dir",
                paths.objects().string(),
                "--timeout",
                std::to_string(limit)};
  for (const auto& parameter : parameters) kunit.argv.push_back("--kernel_args=" + parameter);
  if (!filter.empty()) kunit.argv.push_back(filter);
  kunit.folder = paths.tree.string();
  kunit.environment = paths.PythonEnvironment();
  return kunit;
}
