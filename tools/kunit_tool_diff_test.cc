// SPDX-License-Identifier: GPL-2.0-only
// Compares the kunit-compatible verdict with what the kernel tree's own kunit_tool says: counts,
// statuses, names, exit code and JSON, for real logs, for every log of the tree's test_data, and
// for thousands of damaged ones.
//
// The trees are those of the options KUNIT_TOOL_TREE and KUNIT_TOOL_TREE_2. The environment
// variable KUNIT_TOOL_MUTANTS says how many damaged logs to try on each (2000).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "file_io.h"
#include "gate.h"
#include "log_mutator.h"
#include "report.h"
#include "test_files.h"
#include "tool_version.h"

namespace gate {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 612073;
constexpr std::size_t kMaxMutated = 24 * 1024;  // Bytes of a log that is worth damaging often.

// Where the two differ, and why ours stands. Each of these is told as a reason, so that none of
// them passes the strict verdict. "spec" is Documentation/dev-tools/ktap.rst.
struct KnownDifference {
  const char* reason;  // Reason::kind that a log of this class has.
  const char* why;
};
constexpr std::array kKnownDifferences = {
    KnownDifference{"too-deep",
                    "spec, \"Nested tests\": \"a maximum of three or four levels\" is usual; more "
                    "than 32 are not followed, where kunit_tool goes on until Python's stack ends"},
    KnownDifference{"long-name",
                    "spec, \"Test case result lines\": a name is a description in one line; 256 "
                    "bytes of it are held, so that a log can't fill the memory"},
    KnownDifference{"huge-plan",
                    "spec, \"Plan lines\": N is the number of tests that will run; more than 10^9 "
                    "are not believed"},
    KnownDifference{"long-line", "spec: a line is text for people; 64 KiB of one are looked at"},
};

struct Answer {
  int exit = 0;
  std::string summary;  // "Testing complete. ...", without time and colour.
  nlohmann::json json;
  bool died = false;
  bool operator==(const Answer&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << "exit " << answer.exit << (answer.died ? " (died)" : "") << ": " << answer.summary
             << "\n"
             << answer.json.dump(1);
}

struct Shell {
  int exit = -1;
  std::string output;
};

Shell RunShell(const std::string& command) {
  Shell result;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 65536> buffer;
  std::size_t got;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    result.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

struct Tree {
  const char* option;
  const char* path;
  bool may_lack;  // It comes from the network; without one nothing can be compared.
};

std::ostream& operator<<(std::ostream& out, const Tree& tree) { return out << tree.option; }

class KunitToolDiffTest : public testing::TestWithParam<Tree> {
 protected:
  void SetUp() override {
    tree_ = GetParam().path;
    const std::string parser = "/tools/testing/kunit/kunit_parser.py";
    if (GetParam().may_lack && !fs::exists(tree_ + parser)) {
      GTEST_SKIP() << "not run: no newest kernel in " << tree_ << "; the test newest.source tells "
                   << "why (or configure with -D" << GetParam().option << "=/path/to/linux)";
    }
    const auto text = ReadFile(tree_ + parser);
    ASSERT_TRUE(text.ok()) << text.error();
    version_ = ToolVersionOf(*text);
  }

  // What kunit.py parse says of a log on its standard input; a file it would split into lines
  // otherwise than the console of a kernel that runs.
  Answer Ask(const std::string& log) const {
    const std::string json = folder_.Path("theirs.json");
    std::error_code ignored;
    fs::remove(json, ignored);
    const Shell shell = RunShell(
        fmt::format("PYTHONDONTWRITEBYTECODE=1 python3 '{}/tools/testing/kunit/kunit.py' parse "
                    "--json='{}' < '{}' 2>&1",
                    tree_, json, log));
    Answer answer;
    answer.exit = shell.exit;
    const std::size_t at = shell.output.rfind("Testing complete.");
    answer.died = shell.output.find("Traceback (most recent call last)") != std::string::npos;
    if (at != std::string::npos) {
      answer.summary = shell.output.substr(at, shell.output.find('\n', at) - at);
    }
    if (fs::exists(json)) answer.json = nlohmann::json::parse(*ReadFile(json), nullptr, false);
    return answer;
  }

  Verdict Judge(const std::string& log, Answer* answer) const {
    Options options;
    options.out = nullptr;
    options.tool = version_;
    options.json_file = folder_.Path("ours.json");
    auto gate = Gate::Create(options);
    std::FILE* stream = std::fopen(log.c_str(), "rb");
    std::array<char, 4096> buffer;
    std::size_t got;
    while (stream != nullptr && (got = std::fread(buffer.data(), 1, buffer.size(), stream)) > 0) {
      gate->Feed(std::string_view(buffer.data(), got));
    }
    if (stream != nullptr) std::fclose(stream);
    const Verdict verdict = gate->Finish(EndOfInput::kEof);
    answer->exit = verdict.tool.ParseExitCode();
    answer->died = verdict.tool.dies;
    if (!answer->died) {
      answer->summary = FormatToolVerdict(verdict.tool);
      answer->json = nlohmann::json::parse(*ReadFile(options.json_file), nullptr, false);
    }
    return verdict;
  }

  static std::vector<std::string> LogsIn(const std::string& folder) {
    std::vector<std::string> logs;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".log") logs.push_back(entry.path());
    }
    EXPECT_FALSE(error) << folder << ": " << error.message();
    std::sort(logs.begin(), logs.end());
    return logs;
  }

  // Consoles of real kernels, also as a serial line gives them, and as a kernel that boots twice.
  std::vector<std::string> RealLogs() const {
    std::vector<std::string> logs = LogsIn(TOOLS_TESTDATA "/real");
    const auto fail = ReadFile(TOOLS_TESTDATA "/real/fail.log");
    const auto time = ReadFile(TOOLS_TESTDATA "/real/time.log");
    EXPECT_TRUE(fail.ok() && time.ok());
    std::string serial;
    for (const char c : *fail) serial += c == '\n' ? std::string("\r\n") : std::string(1, c);
    logs.push_back(folder_.Write("serial.log", serial));
    logs.push_back(folder_.Write("twice.log", *fail + *time));
    return logs;
  }

  std::vector<std::string> AllLogs() const {
    std::vector<std::string> logs = RealLogs();
    for (const std::string& folder :
         {std::string(TOOLS_TESTDATA), tree_ + "/tools/testing/kunit/test_data"}) {
      const std::vector<std::string> more = LogsIn(folder);
      logs.insert(logs.end(), more.begin(), more.end());
    }
    return logs;
  }

  // Their answers to many logs, from one process: the tree's own modules do all the work. A log of
  // which kunit_tool dies ends it.
  std::vector<Answer> AskMany(const std::vector<std::string>& logs) const {
    std::string list;
    for (const std::string& log : logs) list += log + "\n";
    const std::string names = folder_.Write("names", list);
    const std::string answers = folder_.Path("answers");
    const Shell shell = RunShell(fmt::format(
        "PYTHONDONTWRITEBYTECODE=1 python3 -c \"import sys, json; sys.path.insert(0, sys.argv[1]); "
        "import kunit_parser as p, kunit_json as j, kunit_printer as o; "
        "[print(t.status.name, t.counts, json.dumps(json.loads(j.get_json_result(t, "
        "j.Metadata()))),"
        " sep='\\t', file=sys.stderr) for n in sys.stdin.read().split() "
        "for t in [p.parse_run_tests(open(n, errors='backslashreplace'){})]]\" "
        "'{}/tools/testing/kunit' < '{}' 2>'{}' >/dev/null",
        version_ == ToolVersion::k7_3 ? ", o.null_printer" : "", tree_, names, answers));
    const auto text = ReadFile(answers);
    EXPECT_EQ(shell.exit, 0) << (text.ok() ? *text : text.error());
    std::vector<Answer> found;
    if (!text.ok()) return found;
    for (std::string_view rest = *text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const std::size_t one = line.find('\t');
      const std::size_t two = line.find('\t', one + 1);
      if (two == std::string_view::npos) continue;
      Answer answer;
      answer.exit = line.substr(0, one) == "SUCCESS" ? 0 : 1;
      answer.summary = "Testing complete. " + std::string(line.substr(one + 1, two - one - 1));
      answer.json = nlohmann::json::parse(line.substr(two + 1), nullptr, false);
      found.push_back(std::move(answer));
    }
    return found;
  }

  std::string tree_;
  ToolVersion version_ = ToolVersion::k6_12;
  const TestFolder folder_;
};

TEST_P(KunitToolDiffTest, SaysAndExitsAsTheProgram) {
  for (const std::string& log : RealLogs()) {
    Answer ours;
    Judge(log, &ours);
    EXPECT_EQ(ours, Ask(log)) << log;
  }
}

TEST_P(KunitToolDiffTest, SaysWhatKunitToolSays) {
  std::vector<std::string> logs = AllLogs();
  // Forms that the logs lack. Each has a quirk of kunit_tool in it.
  int number = 0;
  for (const std::string_view text :
       {"KTAP version 1\n1..1\n# Subtest: s\n1..0\nok 1 s\n",
        "KTAP version 1\n1..1\n# Subtest: s\n1..5\nok 1 a\nok 1 s\n",
        "KTAP version 1\n1..3\nok 1 a\n1..3\nok 2 b\n",
        "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  ok 1 a\n  not ok 2 b\nok 1 s\n",
        "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  ok 1 a\nnot ok 1 s\n",
        "KTAP version 1\n1..1\n  KTAP version 1\nnoise\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\n"
        "# a last line that is no result: kunit_tool dies of one here\n",
        "KTAP version 3\n1..2\nok 1 - a # x # SKIP y\nnot ok 5 b # SKIP\nok 3 c\n",
        "KTAP version 1\n1..4\nok 1\nok 2 # SKIP\nok 3:- a\nok 4b\n",
        "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\n",
        "KTAP version 1\n1..1\n  # Subtest: a\n  1..2\n    # Subtest: a\n    1..1\n ok 1 b\n ok 1 "
        "a\n",
        "KTAP version 1\n1..2\n1..2\nok 1 a\n1..2\n",
        "KTAP version 1\n1..2\nok 1 \"q\\\x01\xff\xc3\xa9\"\n# end\n",
        "kern \xff\xc3\xa9: KTAP version 1\nkern \xff\xc3\xa9: 1..1\nkern \xff\xc3\xa9: ok 1 a\n",
        "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s # SKIP x # SKIP y\n",
        "boot\n", "boot\nkunit executor: unknown action 'x'\n"}) {
    logs.push_back(folder_.Write(fmt::format("made_{}.log", ++number), text));
  }
  ASSERT_GT(logs.size(), 50u);
  std::vector<std::string> living;
  std::vector<Answer> ours;
  for (const std::string& log : logs) {
    Answer answer;
    const Verdict verdict = Judge(log, &answer);
    ASSERT_FALSE(verdict.tool.hangs) << log;
    if (answer.died) {
      EXPECT_TRUE(Ask(log).died) << log;
    } else {
      living.push_back(log);
      ours.push_back(std::move(answer));
    }
  }
  const std::vector<Answer> theirs = AskMany(living);
  ASSERT_EQ(theirs.size(), living.size());
  for (std::size_t i = 0; i < living.size(); ++i) EXPECT_EQ(ours[i], theirs[i]) << living[i];
}

TEST_P(KunitToolDiffTest, SaysWhatKunitToolSaysOfDamagedLogs) {
  const char* wanted = std::getenv("KUNIT_TOOL_MUTANTS");
  const std::size_t count = wanted == nullptr ? 2000 : std::stoul(wanted);
  std::vector<std::string> originals;
  for (const std::string& log : AllLogs()) {
    auto text = ReadFile(log);
    ASSERT_TRUE(text.ok()) << text.error();
    if (text->size() < kMaxMutated) originals.push_back(std::move(*text));
  }
  ASSERT_FALSE(originals.empty());

  LogMutator mutator(kSeed);
  std::vector<std::string> logs;
  std::vector<Answer> ours;
  std::vector<std::string> dying;
  std::vector<std::string> hanging;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string log = folder_.Write(fmt::format("mutant_{}.log", i),
                                          mutator.Mutate(originals[i % originals.size()]));
    Answer answer;
    const Verdict verdict = Judge(log, &answer);
    const auto difference =
        std::find_if(kKnownDifferences.begin(), kKnownDifferences.end(), [&](const auto& item) {
          return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                             [&](const Reason& reason) { return reason.kind == item.reason; });
        });
    if (difference != kKnownDifferences.end()) {
      ++known[difference->reason];
    } else if (verdict.tool.hangs) {
      hanging.push_back(log);
    } else if (verdict.tool.dies) {
      dying.push_back(log);
    } else {
      logs.push_back(log);
      ours.push_back(std::move(answer));
    }
  }

  const std::vector<Answer> theirs = AskMany(logs);
  ASSERT_EQ(theirs.size(), ours.size())
      << "it ended at " << logs[std::min(theirs.size(), logs.size() - 1)];
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (ours[i] == theirs[i]) continue;
    if (++wrong <= 5)
      ADD_FAILURE() << logs[i] << "\n"
                    << *ReadFile(logs[i]) << "\nours: " << ours[i] << "\ntheirs: " << theirs[i];
  }
  EXPECT_EQ(wrong, 0u) << "of " << logs.size();

  // These end the process, or never do: some of each, one by one.
  for (std::size_t i = 0; i < std::min<std::size_t>(dying.size(), 10); ++i) {
    EXPECT_TRUE(Ask(dying[i]).died) << *ReadFile(dying[i]);
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(hanging.size(), 2); ++i) {
    const Shell shell =
        RunShell(fmt::format("ulimit -v 1000000; PYTHONDONTWRITEBYTECODE=1 timeout 5 python3 "
                             "'{}/tools/testing/kunit/kunit.py' parse < '{}' 2>&1 >/dev/null",
                             tree_, hanging[i]));
    EXPECT_TRUE(shell.exit == 124 || shell.output.find("MemoryError") != std::string::npos)
        << shell.exit << shell.output << *ReadFile(hanging[i]);
  }
  std::string classes;
  for (const auto& [reason, times] : known) classes += fmt::format("; {} {}", times, reason);
  fmt::print("{} damaged logs: {} alike, {} of which kunit_tool dies, {} on which it hangs{}\n",
             count, logs.size() - wrong, dying.size(), hanging.size(), classes);
}

INSTANTIATE_TEST_SUITE_P(Trees, KunitToolDiffTest,
                         testing::Values(Tree{"KUNIT_TOOL_TREE", KUNIT_TOOL_TREE, false},
                                         Tree{"KUNIT_TOOL_TREE_2", KUNIT_TOOL_TREE_2,
                                              KUNIT_TOOL_TREE_2_IS_NEWEST}),
                         [](const auto& tree) { return std::string(tree.param.option); });

}  // namespace
}  // namespace gate
