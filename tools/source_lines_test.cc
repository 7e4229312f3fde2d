// SPDX-License-Identifier: GPL-2.0-only
#include "source_lines.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "file_io.h"
#include "gate.h"
#include "github_sink.h"
#include "test_files.h"

namespace gate {
namespace {

TEST(StackFrameTest, IsReadAsEachArchitecturePrintsIt) {
  struct Form {
    const char* line;
    const char* text;
    bool returns;
    bool certain;
    bool module;
  };
  for (const Form& form :
       {Form{" [<6027879f>] ? try_case+0x7f/0x100", "try_case+0x7f/0x100", true, false, false},
        Form{" try_case+0x7f/0x100", "try_case+0x7f/0x100", true, true, false},
        Form{" ? a.part.0+0x7f/0x100 [vim2m]", "a.part.0+0x7f/0x100", true, false, true},
        Form{" el0_svc+0x34/0xe0 (P)", "el0_svc+0x34/0xe0", true, true, false},
        Form{"RIP: 0010:fn+0x0/0x2", "fn+0x0/0x2", false, true, false},
        Form{"pc : fn+0x4/0x8", "fn+0x4/0x8", false, true, false}}) {
    const auto frame = ParseStackFrame(form.line);
    ASSERT_TRUE(frame) << form.line;
    EXPECT_EQ(frame->text, form.text);
    EXPECT_EQ(frame->returns, form.returns) << form.line;
    EXPECT_EQ(frame->certain, form.certain) << form.line;
    EXPECT_EQ(frame->module, form.module) << form.line;
  }
  for (const char* line : {"", "Call Trace:", " <TASK>", "Modules linked in:", "fn+0x", "fn+0x1",
                           "fn+0x1/", "+0x1/0x2", " [<6001e5a0>] ? show_stack+0x0/0xc0",
                           "RAX: 0000000000000000 RBX: 0000000000000001", "a fn+0x1/0x2",
                           "fn+0x1/0x2 and more", "[<", "lr : "}) {
    EXPECT_FALSE(ParseStackFrame(line)) << line;
  }
}

// A program for an image: its start_kernel() stands in init/main.c, as the kernel's does.
class SourceLinesTest : public testing::Test {
 protected:
  std::string Build(const std::string& name, const std::string& flags) const {
    const std::string program = folder_.Path(name);
    const std::string command = "mkdir -p " + folder_.Path("init") + " && cp " +
                                folder_.Write("main.c",
                                              "void start_kernel(void) {}\n"
                                              "int count;\n"
                                              "__attribute__((noinline)) int fn(void) {\n"
                                              "  count += 2;\n"
                                              "  return count;\n"
                                              "}\n"
                                              "int main(void) { return fn(); }\n") +
                                " " + folder_.Path("init/main.c") + " && cc -O0 -no-pie " + flags +
                                " -o " + program + " " + folder_.Path("init/main.c");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return program;
  }

  const TestFolder folder_;
};

StackFrame Frame(const char* text) {
  StackFrame frame;
  frame.text = text;
  return frame;
}

TEST_F(SourceLinesTest, FindsTheLineOfTheCallBelowTheTree) {
  SourceLines lines(Build("linux", "-g"), {{"", "tree/"}});
  const auto found =
      lines.Find({Frame("fn+0x1/0x20"), Frame("none+0x1/0x2"), Frame("count+0x1/0x4")});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "tree/init/main.c:3: note: fn+0x1/0x20");
  EXPECT_EQ(found[1], "none+0x1/0x2") << "of no function";
  EXPECT_EQ(found[2], "count+0x1/0x4") << "of no code";
  EXPECT_EQ(lines.problem(), "");
  StackFrame module = Frame("fn+0x1/0x20");
  module.module = true;
  EXPECT_EQ(lines.Find({module}), std::vector<std::string>({"fn+0x1/0x20"}));
}

TEST_F(SourceLinesTest, SaysWhyItFindsNone) {
  SourceLines bare(Build("bare", "-g0"), {});
  EXPECT_EQ(bare.Find({Frame("fn+0x1/0x20")}), std::vector<std::string>({"fn+0x1/0x20"}));
  EXPECT_EQ(bare.problem(), "not resolved: bare has no debug info");
  SourceLines stripped(Build("stripped", "-s"), {});
  EXPECT_EQ(stripped.Find({Frame("fn+0x1/0x20")}), std::vector<std::string>({"fn+0x1/0x20"}));
  EXPECT_EQ(stripped.problem(), "not resolved: stripped has no symbols");
  SourceLines none(folder_.Path("none"), {});
  EXPECT_EQ(none.Find({Frame("fn+0x1/0x20")}), std::vector<std::string>({"fn+0x1/0x20"}));
  EXPECT_NE(none.problem().find("not resolved: nm: "), std::string::npos) << none.problem();
  SourceLines text(folder_.Write("text", "no program"), {});
  text.Find({Frame("fn+0x1/0x20")});
  EXPECT_NE(text.problem().find("not resolved: "), std::string::npos) << text.problem();
}

TEST_F(SourceLinesTest, ASplatShowsWhereItsFramesAre) {
  const auto judge = [&](const std::string& log, const std::string& image, Verdict* verdict) {
    char* text = nullptr;
    std::size_t size = 0;
    Options options;
    options.out = open_memstream(&text, &size);
    options.end_line = false;
    options.image_file = image;
    auto gate = Gate::Create(options);
    gate->Feed(log);
    *verdict = gate->Finish(EndOfInput::kEof);
    gate = Error{""};
    std::fclose(options.out);
    std::string output(text, size);
    std::free(text);
    return output;
  };
  const std::string report =
      "BUG: KASAN: slab-use-after-free in fn+0x1/0x20\n\nCPU: 0 PID: 1\nCall Trace:\n"
      " [<1>] ? show_stack+0x0/0xc0\n [<2>] ? fn+0x2/0x20\n [<3>] ? none+0x3/0x4\n\n"
      "Allocated by task 9:\n later+0x1/0x2\n";
  const std::string head = "KTAP version 1\n1..1\n    # Subtest: s\n    1..1\n";
  const std::string tail = "    ok 1 a\nok 1 s\n";
  const std::string image = Build("linux", "-g");
  Verdict verdict;
  const std::string in_test = judge(head + report + tail, image, &verdict);
  EXPECT_NE(
      in_test.find("init/main.c:3: error: s.a: BUG: KASAN: slab-use-after-free in fn+0x1/0x20\n"
                   "init/main.c:3: note: fn+0x2/0x20\n  none+0x3/0x4\n"),
      std::string::npos)
      << in_test;
  EXPECT_EQ(in_test.find("later"), std::string::npos) << "of another stack";
  ASSERT_EQ(verdict.reasons.size(), 1u);
  EXPECT_EQ(FormatAnnotation(verdict.reasons[0]),
            "::error file=init/main.c,line=3,title=s.a::BUG: KASAN: slab-use-after-free in "
            "fn+0x1/0x20%0Ainit/main.c:3: note: fn+0x2/0x20%0Anone+0x3/0x4");

  for (const std::string& log : {report + head + tail, head + tail + report}) {
    const std::string outside = judge(log, image, &verdict);
    EXPECT_EQ(verdict.code, ExitCode::kSplat);
    ASSERT_EQ(verdict.reasons.size(), 1u) << outside;
    EXPECT_EQ(verdict.reasons[0].test, "");
    EXPECT_EQ(verdict.reasons[0].frames.size(), 2u) << outside;
    EXPECT_TRUE(verdict.failed.empty());
  }

  const std::string twice = judge(head + report + report + tail, Build("bare", "-g0"), &verdict);
  const std::string why = "  not resolved: bare has no debug info\n";
  EXPECT_NE(twice.find("  fn+0x2/0x20\n  none+0x3/0x4\n" + why), std::string::npos) << twice;
  EXPECT_EQ(twice.find(why), twice.rfind(why)) << "once is enough";

  std::string many;
  for (int n = 0; n < 300; ++n) many += report;
  judge(many + head + tail, image, &verdict);
  std::size_t shown = 0;
  for (const Reason& reason : verdict.reasons) shown += reason.frames.empty() ? 0 : 1;
  EXPECT_GT(shown, 10u);
  EXPECT_LE(shown, 100u) << "a log can't make it run programs without end";

  const std::string plain = judge(head + report + tail, "", &verdict);
  EXPECT_EQ(plain.find("note:"), std::string::npos) << plain;
  EXPECT_TRUE(verdict.reasons[0].frames.empty());
}

}  // namespace
}  // namespace gate
