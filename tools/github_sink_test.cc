// SPDX-License-Identifier: GPL-2.0-only
#include "github_sink.h"

#include <gtest/gtest.h>

namespace gate {
namespace {

TEST(GithubSinkTest, AnnotatesTheSourceLine) {
  Reason reason;
  reason.test = "s.a";
  reason.file = "kunit/a,b:c.c";
  reason.line = 12;
  reason.message = "100% wrong: x, y";
  EXPECT_EQ(FormatAnnotation(reason),
            "::error file=kunit/a%2Cb%3Ac.c,line=12,title=s.a::100%25 wrong: x, y");
}

TEST(GithubSinkTest, AMessageCannotStartAnotherCommand) {
  Reason reason;
  reason.message = "x\n::set-output name=y::z\r";
  const std::string command = FormatAnnotation(reason);
  EXPECT_EQ(command.find_first_of("\r\n"), std::string::npos);
  EXPECT_EQ(command.find("::error title=kunit-gate::x"), 0u);
}

}  // namespace
}  // namespace gate
