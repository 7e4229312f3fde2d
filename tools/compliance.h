// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_COMPLIANCE_H_
#define TOOLS_COMPLIANCE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What v4l2-compliance, of Debian's package v4l-utils, says of a device.
namespace compliance {

/// The verdict of each test ("OK", "OK (Not Supported)", "FAIL"), by its name with the headings
/// that it stands under; one that is run again under the same headings bears a number.
struct Transcript {
  std::map<std::string, std::string> tests;
  bool complete = false;  ///< The line with the totals is there: it ran to its end.

  std::size_t failed() const;
};

Transcript Parse(std::string_view output);

/// A test whose verdict is not the same on both sides; empty where a side did not run it.
struct Difference {
  std::string test;
  std::string before;
  std::string after;
};

std::vector<Difference> Compare(const Transcript& before, const Transcript& after);

}  // namespace compliance

#endif  // TOOLS_COMPLIANCE_H_
