// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_writer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "gate.h"

namespace {

struct Close {
  void operator()(std::FILE* stream) const { std::fclose(stream); }
};

/// A stream whose text can be asked for.
class Text {
 public:
  Text() : stream_(::open_memstream(&data_, &size_)) {}
  ~Text() {
    stream_.reset();
    std::free(data_);
  }
  std::FILE* stream() { return stream_.get(); }
  std::string Get() {
    std::fflush(stream_.get());
    return std::string(data_, size_);
  }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::unique_ptr<std::FILE, Close> stream_;
};

gate::Verdict Judge(const std::string& ktap) {
  gate::Options options;
  options.out = nullptr;
  options.end_line = false;
  auto gate = gate::Gate::Create(options);
  EXPECT_TRUE(gate.ok());
  gate->Feed(ktap);
  return gate->Finish(gate::EndOfInput::kEof);
}

TEST(KtapWriter, WritesWhatTheGatePasses) {
  Text text;
  KtapWriter ktap(text.stream(), 2);
  ktap.BeginSuite("vim2m", 2);
  ktap.Note("a: poll_in: busy");
  ktap.Pass("a");
  ktap.Pass("b");
  ktap.EndSuite();
  ktap.BeginSuite("visl", 1);
  ktap.Pass("a");
  ktap.EndSuite();
  EXPECT_FALSE(ktap.failed());
  EXPECT_FALSE(ktap.broken());
  const auto verdict = Judge(text.Get());
  EXPECT_EQ(verdict.code, gate::ExitCode::kPassed);
  EXPECT_EQ(verdict.totals.passed, 3u);
}

TEST(KtapWriter, AFailureFailsCaseAndSuiteAndPointsAtItsRow) {
  Text text;
  KtapWriter ktap(text.stream(), 1);
  ktap.BeginSuite("vim2m", 2);
  ktap.Failure("a", "tools/x.cc", 7, "Expected poll_in to be \"busy\", but it is \"ready\"");
  ktap.Fail("a");
  ktap.Pass("b");
  ktap.EndSuite();
  EXPECT_TRUE(ktap.failed());
  EXPECT_NE(text.Get().find("\nnot ok 1 vim2m\n"), std::string::npos);
  const auto verdict = Judge(text.Get());
  EXPECT_EQ(verdict.code, gate::ExitCode::kFailed);
  ASSERT_FALSE(verdict.reasons.empty());
  EXPECT_EQ(verdict.reasons.front().test, "vim2m.a");
  EXPECT_EQ(verdict.reasons.front().file, "tools/x.cc");
  EXPECT_EQ(verdict.reasons.front().line, 7u);
  EXPECT_NE(verdict.reasons.front().message.find("but it is \"ready\""), std::string::npos);
}

TEST(KtapWriter, ASuiteAfterAFailedOnePasses) {
  Text text;
  KtapWriter ktap(text.stream(), 2);
  ktap.BeginSuite("one", 1);
  ktap.Fail("a");
  ktap.EndSuite();
  ktap.BeginSuite("two", 1);
  ktap.Pass("a");
  ktap.EndSuite();
  EXPECT_NE(text.Get().find("\nok 2 two\n"), std::string::npos);
}

TEST(KtapWriter, ASkipSaysWhy) {
  Text text;
  KtapWriter ktap(text.stream(), 1);
  ktap.BeginSuite("rga", 1);
  ktap.Skip("a", "too quick");
  ktap.EndSuite();
  EXPECT_NE(text.Get().find("    ok 1 a # SKIP too quick\n"), std::string::npos);
}

// What a driver calls itself goes into a line.
TEST(KtapWriter, ANoteStaysOneLineOfAKernelRecord) {
  Text text;
  KtapWriter ktap(text.stream(), 1);
  const auto before = text.Get().size();
  ktap.Note("one\nok 1 forged\r" + std::string(5000, 'x'));
  const std::string note = text.Get().substr(before);
  EXPECT_EQ(note.find('\n'), note.size() - 1);
  EXPECT_EQ(note.find('\r'), std::string::npos);
  EXPECT_LT(note.size(), 1024u);
}

TEST(KtapWriter, TellsOfAStreamThatTakesNothing) {
  const std::unique_ptr<std::FILE, Close> full(std::fopen("/dev/full", "w"));
  ASSERT_TRUE(full);
  const KtapWriter ktap(full.get(), 1);
  EXPECT_TRUE(ktap.broken());
}

}  // namespace
