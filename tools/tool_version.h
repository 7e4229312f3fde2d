// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TOOL_VERSION_H_
#define TOOLS_TOOL_VERSION_H_

#include <string_view>

#include "ktap_line.h"

namespace gate {

/// "6.12" or "7.3": the option's word, and how reports name whose kunit_tool they mean.
const char* ToolVersionName(ToolVersion version);

/// The version that `source`, a tree's tools/testing/kunit/kunit_parser.py, behaves as. Its regular
/// expression for results tells, not the tree's number: trees in between have one or the other.
ToolVersion ToolVersionOf(std::string_view source);

}  // namespace gate

#endif  // TOOLS_TOOL_VERSION_H_
