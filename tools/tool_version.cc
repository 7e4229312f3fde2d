// SPDX-License-Identifier: GPL-2.0-only
#include "tool_version.h"

namespace gate {

const char* ToolVersionName(ToolVersion version) {
  return version == ToolVersion::k7_3 ? "7.3" : "6.12";
}

ToolVersion ToolVersionOf(std::string_view source) {
  constexpr std::string_view kNameIsOptional = "([0-9]+) ?(:?- )?";
  return source.find(kNameIsOptional) == std::string_view::npos ? ToolVersion::k6_12
                                                                : ToolVersion::k7_3;
}

}  // namespace gate
