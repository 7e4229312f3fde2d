// SPDX-License-Identifier: GPL-2.0-only
#include "kunit_profile.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "files.h"
#include "process.h"
#include "tool_version.h"

namespace {

namespace fs = std::filesystem;

/// CPUs of the profiles that run under QEMU.
constexpr unsigned kCpus = 4;

/// Arguments of kunit.py. Where the host has fewer CPUs than the kernel and emulates each in a
/// thread of its own, those that spin keep those that they wait for from running: each race takes
/// ten times as long. One thread goes from CPU to CPU whenever one waits or spins, which the delays
/// of KCSAN do in the middle of an access, too.
std::vector<std::string> QemuCpus() {
  std::vector<std::string> arguments = {"--qemu_args", fmt::format("-smp {}", kCpus)};
  if (std::thread::hardware_concurrency() < kCpus) {
    arguments.insert(arguments.end(), {"--qemu_args", "-accel tcg,thread=single"});
  }
  return arguments;
}

}  // namespace

KernelMachine KunitProfile::Machine() const {
  KernelMachine machine;
  if (name == "kunit-smp") {
    machine.arch = "x86_64";
    machine.target = "bzImage";
    machine.image = "arch/x86/boot/bzImage";
    machine.exec = QemuCpus();
  } else if (name == "kunit-arm64") {
    machine.arch = "arm64";
    machine.target = "Image.gz";
    machine.image = "arch/arm64/boot/Image.gz";
    machine.cross_compile = "aarch64-linux-gnu-";
    machine.exec = QemuCpus();
  } else if (name == "kunit-uml-smp") {
    // With more, 7.3's UML may die at boot: KASAN follows the stack of a secondary CPU, at its
    // first kfree(), past its end.
    machine.exec = {"--kernel_args", "seccomp=on", "--kernel_args", "ncpus=2"};
  }
  if (!machine.uml()) machine.symbols = "vmlinux";
  return machine;
}

std::string KunitProfile::Missing(const fs::path& tree) const {
  const KernelMachine machine = Machine();
  if (const std::string header = MissingHeader(machine.arch); !header.empty()) return header;
  if (machine.arch == "x86_64") return process::Missing("qemu-system-x86_64", "qemu-system-x86");
  if (machine.arch == "arm64") {
    const std::string compiler =
        process::Missing(machine.cross_compile + "gcc", "gcc-aarch64-linux-gnu");
    return compiler.empty() ? process::Missing("qemu-system-aarch64", "qemu-system-arm") : compiler;
  }
  if (name == "kunit-uml-smp" &&
      files::ReadOrEmpty(tree / "arch/um/Kconfig").find("\nconfig SMP\n") == std::string::npos) {
    return "UML of this base has one CPU only; KERNEL_TREE may name a 7.x tree";
  }
  return "";
}

int KunitProfile::TimeoutFactor() const {
  if (plain()) return 1;
  return name == "kunit-debug" || name == "coverage" ? 5 : 30;
}

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
  paths.machine = Machine();
  paths.kunitconfigs = {project / "kunit/kunit.config"};
  const fs::path common = project / "kunit" / (paths.machine.arch + ".config");
  if (fs::exists(common)) paths.kunitconfigs.push_back(common);
  if (!plain()) paths.kunitconfigs.push_back(Options());
  paths.for_editors = plain();
  return paths;
}

bool BootsByKvm(const KernelPaths& paths) {
  if (::access("/dev/kvm", R_OK | W_OK) != 0) return false;
  // The device alone says little: in a virtual machine it may be there, and hang or crash QEMU.
  process::Command boot;
  boot.argv = {"qemu-system-x86_64", "-nodefaults", "-nographic", "-no-reboot", "-m", "1024",
               "-smp", std::to_string(kCpus), "-accel", "kvm", "-serial", "stdio", "-kernel",
               paths.image().string(),
               // With no root file system it stops by itself.
               "-append", "console=ttyS0 panic=-1 kunit.enable=0"};
  std::string console;
  constexpr auto kLimit = std::chrono::seconds(20);
  const auto booted = process::Stream(
      boot, [&console](std::string_view bytes) { console += bytes; }, nullptr, kLimit);
  return booted.ok() && booted->code == 0 && !booted->timed_out &&
         console.find("Linux version") != std::string::npos;
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
  for (const auto& arguments : {paths.KunitToolMachine(), paths.machine.exec}) {
    kunit.argv.insert(kunit.argv.end(), arguments.begin(), arguments.end());
  }
  if (!filter.empty()) kunit.argv.push_back(filter);
  kunit.folder = paths.tree.string();
  kunit.environment = paths.PythonEnvironment();
  return kunit;
}
