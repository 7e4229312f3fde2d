// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_GITHUB_SINK_H_
#define TOOLS_GITHUB_SINK_H_

#include <cstdio>
#include <string>

#include "sink.h"

namespace gate {

/// Each reason as a workflow command that GitHub shows beside the source line: "::error file=...".
class GithubSink : public Sink {
 public:
  explicit GithubSink(std::FILE* out) : out_(out) {}

  std::string OnVerdict(const Verdict& verdict) override;

 private:
  std::FILE* out_;
};

/// The workflow command for `reason`, without a line end.
std::string FormatAnnotation(const Reason& reason);

}  // namespace gate

#endif  // TOOLS_GITHUB_SINK_H_
