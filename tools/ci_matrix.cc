// SPDX-License-Identifier: GPL-2.0-only
#include "ci_matrix.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace ci_matrix {
namespace {

using preflight::Check;
using preflight::Plan;
using preflight::Tier;

constexpr char kHead[] =
    "# Written by `series-preflight matrix`; the checks are those of cmake/Preflight.cmake.\n";

/// Names are a-z, 0-9, '-', '_' and '.' (IsName): they need no quotes but where YAML would take
/// them for something else.
std::string Quote(const std::string& name) { return "\"" + name + "\""; }

const char* TierName(Tier tier) { return tier == Tier::kFull ? "preflight-full" : "preflight"; }

/// What tools/bootstrap.sh is told to install.
std::string ToolsOf(const Check& check) {
  const bool clang =
      std::find(check.inputs.begin(), check.inputs.end(), "program:clang") != check.inputs.end();
  return std::string(TierName(check.tier)) + (clang ? " llvm" : "");
}

/// What a runner keeps of a check, from the project's folder: the table, and what proves it.
std::vector<std::string> Kept(const Check& check) {
  std::vector<std::string> paths = {"build/preflight/"};
  const bool elsewhere = !check.proof.empty() && !check.proof.starts_with("preflight/");
  if (elsewhere) paths.push_back("build/" + check.proof);
  return paths;
}

}  // namespace

std::string ForGitLab(const Plan& plan) {
  std::string text = kHead;
  text +=
      ".preflight:\n"
      "  image: debian:12\n"
      "  script:\n"
      "    - tools/bootstrap.sh $TOOLS\n"
      "    - cmake --preset kunit\n"
      "    - cmake --build build --target \"preflight-$CHECK\"\n"
      "  artifacts:\n"
      "    when: always\n";
  for (const Check& check : plan.checks) {
    text += fmt::format(
        "\n{0}:\n"
        "  extends: .preflight\n"
        "  variables:\n"
        "    CHECK: {0}\n"
        "    TOOLS: {1}\n"
        "  artifacts:\n"
        "    paths:\n",
        Quote(check.name), ToolsOf(check));
    for (const auto& path : Kept(check)) text += fmt::format("      - {}\n", path);
    if (check.tier == Tier::kFull) {
      text +=
          "  rules:\n"
          "    - if: $PREFLIGHT_TIER == \"full\"\n";
    }
  }
  return text;
}

std::string ForGitHub(const Plan& plan) {
  std::string text = kHead;
  text +=
      "name: preflight\n"
      "on: [push, workflow_dispatch]\n"
      "jobs:\n";
  for (const Tier tier : {Tier::kRequired, Tier::kFull}) {
    const bool any = std::any_of(plan.checks.begin(), plan.checks.end(),
                                 [&](const Check& check) { return check.tier == tier; });
    if (!any) continue;  // A matrix of nothing is refused.
    text += fmt::format("  {}:\n", TierName(tier));
    // A push asks what is required; the rest is asked for by hand.
    if (tier == Tier::kFull) text += "    if: github.event_name == 'workflow_dispatch'\n";
    text +=
        "    runs-on: ubuntu-latest\n"
        "    container: debian:12\n"
        "    strategy:\n"
        "      fail-fast: false\n"
        "      matrix:\n"
        "        include:\n";
    for (const Check& check : plan.checks) {
      if (check.tier != tier) continue;
      text += fmt::format("          - check: {}\n            tools: {}\n            keep: |\n",
                          Quote(check.name), ToolsOf(check));
      for (const auto& path : Kept(check)) text += fmt::format("              {}\n", path);
    }
    // Without a git of its own the checkout would be no repository.
    text +=
        "    steps:\n"
        "      - run: apt-get update && apt-get install --yes git\n"
        "      - uses: actions/checkout@v4\n"
        "      - run: tools/bootstrap.sh ${{ matrix.tools }}\n"
        "      - run: cmake --preset kunit\n"
        "      - run: cmake --build build --target \"preflight-${{ matrix.check }}\"\n"
        "      - uses: actions/upload-artifact@v4\n"
        "        if: always()\n"
        "        with:\n"
        "          name: preflight-${{ matrix.check }}\n"
        "          path: ${{ matrix.keep }}\n";
  }
  return text;
}

}  // namespace ci_matrix
