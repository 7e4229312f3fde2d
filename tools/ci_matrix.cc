// SPDX-License-Identifier: GPL-2.0-only
#include "ci_matrix.h"

#include <fmt/core.h>

#include <algorithm>

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

/// What tools/bootstrap.sh is told to install.
const char* ToolsOf(Tier tier) { return tier == Tier::kFull ? "preflight-full" : "preflight"; }

}  // namespace

std::string ForGitLab(const Plan& plan) {
  std::string text = kHead;
  text +=
      ".preflight:\n"
      "  image: debian:12\n"
      "  script:\n"
      "    - tools/bootstrap.sh \"$TOOLS\"\n"
      "    - cmake --preset kunit\n"
      "    - cmake --build build --target \"preflight-$CHECK\"\n"
      "  artifacts:\n"
      "    when: always\n"
      "    paths:\n"
      "      - build/preflight/\n";
  for (const Check& check : plan.checks) {
    text += fmt::format(
        "\n{0}:\n"
        "  extends: .preflight\n"
        "  variables:\n"
        "    CHECK: {0}\n"
        "    TOOLS: {1}\n",
        Quote(check.name), ToolsOf(check.tier));
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
    text += fmt::format("  {}:\n", ToolsOf(tier));
    // A push asks what is required; the rest is asked for by hand.
    if (tier == Tier::kFull) text += "    if: github.event_name == 'workflow_dispatch'\n";
    text +=
        "    runs-on: ubuntu-latest\n"
        "    container: debian:12\n"
        "    strategy:\n"
        "      fail-fast: false\n"
        "      matrix:\n"
        "        check:\n";
    for (const Check& check : plan.checks) {
      if (check.tier == tier) text += fmt::format("          - {}\n", Quote(check.name));
    }
    // Without a git of its own the checkout would be no repository.
    text += fmt::format(
        "    steps:\n"
        "      - run: apt-get update && apt-get install --yes git\n"
        "      - uses: actions/checkout@v4\n"
        "      - run: tools/bootstrap.sh {}\n"
        "      - run: cmake --preset kunit\n"
        "      - run: cmake --build build --target \"preflight-${{{{ matrix.check }}}}\"\n"
        "      - uses: actions/upload-artifact@v4\n"
        "        if: always()\n"
        "        with:\n"
        "          name: preflight-${{{{ matrix.check }}}}\n"
        "          path: build/preflight/\n",
        ToolsOf(tier));
  }
  return text;
}

}  // namespace ci_matrix
