// SPDX-License-Identifier: GPL-2.0-only
#include "measured.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "bench_rows.h"
#include "files.h"
#include "test_files.h"
#include "verdict.h"

namespace {

namespace fs = std::filesystem;

constexpr const char kReport[] = "What a V4L2 client sees, on 6.12 without and with the series\n";

class MeasuredTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    Write(build() / "linux.id", "tree 1\n");
    // What each kernel's console says; the two may differ all the same.
    gate::Verdict passed;
    for (const char* kernel : {"before", "after"}) {
      fs::create_directories(state() / kernel);
      ASSERT_EQ(gate::WriteVerdict(passed, (state() / kernel / "verdict.json").string()), "");
    }
    Write(state() / "before-after.txt", kReport);
  }

  static void Write(const fs::path& file, const std::string& text) {
    const auto written = files::Write(file, text);
    ASSERT_TRUE(written.ok()) << written.error();
  }

  fs::path build() const { return folder_.Path("build"); }
  fs::path state() const { return build() / GetParam(); }
  fs::path note() const { return state() / measured::kComparisonVerdict; }

  /// The error, which is one line that begins with the note's name; empty where it is none.
  std::string Refusal() const {
    const auto text = measured::Describe(build(), "6.12", GetParam());
    if (text.ok()) return {};
    EXPECT_TRUE(text.error().starts_with(note().string() + ": error: ")) << text.error();
    EXPECT_EQ(text.error().find('\n'), std::string::npos) << text.error();
    return text.error();
  }

 private:
  const gate::TestFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Comparisons, MeasuredTest,
                         testing::Values("before-after", "before-after-debug"));

TEST_P(MeasuredTest, TellsAComparisonThatPassed) {
  Write(note(), "passed\n");
  const auto text = measured::Describe(build(), "6.12", GetParam());
  ASSERT_TRUE(text.ok()) << text.error();
  EXPECT_EQ(*text, kReport);
}

TEST_P(MeasuredTest, WantsAComparisonThatCameToItsEnd) {
  const std::string error = Refusal();
  EXPECT_NE(error.find("not there; run cmake --build "), std::string::npos) << error;
  EXPECT_TRUE(error.ends_with(std::string(" --target ") + GetParam())) << error;
}

TEST_P(MeasuredTest, WantsMoreThanTwoKernelsThatPass) {
  for (const std::string word : {"failed", "splat", "incomplete", "infrastructure", ""}) {
    Write(note(), word + "\n");
    const std::string error = Refusal();
    EXPECT_NE(error.find("did not pass (" + word + "); run "), std::string::npos) << error;
  }
}

TEST_P(MeasuredTest, TakesNothingThatIsOlderThanTheTree) {
  Write(note(), "passed\n");
  fs::last_write_time(note(), fs::last_write_time(build() / "linux.id") - std::chrono::seconds(1));
  EXPECT_NE(Refusal().find("has changed since"), std::string::npos);
}

class MeasuredCostTest : public testing::Test {
 protected:
  MeasuredCostTest() { fs::create_directories(build() / "bench"); }

  fs::path build() const { return folder_.Path("build"); }
  std::string file() const { return (build() / "bench/fence.json").string(); }
  gate::Result<std::string> Describe() const {
    return measured::Describe(build(), "6.12", "bench-fence");
  }

 private:
  const gate::TestFolder folder_;
};

TEST_F(MeasuredCostTest, TellsEachFigure) {
  ASSERT_EQ(bench::Save({{.what = "QBUF to DQBUF",
                          .figure = "1149 instructions",
                          .beside = "before the series: 1140",
                          .ratio = 1.008,
                          .wanted = bench::Row::Wanted::kAtMost,
                          .limit = 1.01}},
                        file()),
            "");
  const auto text = Describe();
  ASSERT_TRUE(text.ok()) << text.error();
  EXPECT_TRUE(text->starts_with("Linux 6.12, x86_64, ")) << *text;
  EXPECT_TRUE(text->ends_with("\nQBUF to DQBUF: 1149 instructions\n  before the series: 1140\n"))
      << *text;
}

TEST_F(MeasuredCostTest, TellsNothingThatIsMissingOrTooMuch) {
  EXPECT_NE(Describe().error().find("not there; run cmake --build "), std::string::npos);
  ASSERT_EQ(bench::Save({{.what = "sizes", .not_run = "pahole is not installed"}}, file()), "");
  EXPECT_EQ(Describe().error(), file() + ": sizes: error: not measured: pahole is not installed");
  ASSERT_EQ(bench::Save({{.what = "cycle",
                          .figure = "5",
                          .beside = "then: 4",
                          .ratio = 1.25,
                          .wanted = bench::Row::Wanted::kAtMost,
                          .limit = 1.01}},
                        file()),
            "");
  EXPECT_EQ(Describe().error(), file() + ": cycle: error: beyond the limit: 5, then: 4");
}

}  // namespace
