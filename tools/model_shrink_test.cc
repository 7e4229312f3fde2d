// SPDX-License-Identifier: GPL-2.0-only
// model-shrink, as the build calls it, on a tree whose kunit.py walks by itself: it stands for a
// kernel, and fails where certain steps meet.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

namespace {

namespace fs = std::filesystem;

// Reads the parameters of the kernel as the suite does. In walks of the kind `bad` it fails at step
// 31, if 7 and 20 came before.
constexpr char kKunit[] = R"(
import os, sys
top = sys.path[0] + '/../../../..'
open(top + '/boots', 'a').write(' '.join(sys.argv[1:]) + '\n')
given = {}
for argument in sys.argv:
    if argument.startswith('--kernel_args=videobuf2_fence_model_kunit.'):
        name, value = argument.split('.', 1)[1].split('=')
        given[name] = value
steps = int(given.get('steps', 60))
walk = []
for part in given.get('only', '0-%d' % (steps - 1)).split(','):
    ends = part.split('-')
    walk += range(int(ends[0]), int(ends[-1]) + 1)
print('KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: videobuf2_fence_model\n    1..1')
print('        KTAP version 1\n        # Subtest: walk_agrees_with_model')
failed = False
kinds = ['good', 'bad']
for number, kind in enumerate(kinds):
    bad = False
    if given.get('kind', kind) == kind:
        say = '    # walk_agrees_with_model: '
        print(say + 'seed=%s kind=%s steps=%d' % (given['seed'], kind, steps))
        bad = kind == 'bad' and {7, 20, 31} <= set(walk) and not os.path.exists(top + '/sound')
        for step in walk:
            if step <= 31 and 'trace' in given:
                print(say + 'step %d: name %d' % (step, step))
        if bad:
            print(say + 'EXPECTATION FAILED at '
                  'drivers/media/common/videobuf2/tests/videobuf2_fence_model_kunit.c:7\n'
                  '    Expected 1 == 2')
            print(say + 'seed=1 kind=bad failed at step 31 of %d; the last:' % steps)
    failed = failed or bad
    print('        %s %d %s' % ('not ok' if bad else 'ok', number + 1, kind))
word = 'not ok' if failed else 'ok'
print('    # walk_agrees_with_model: pass:%d fail:%d skip:0 total:2' % (2 - failed, failed))
print('    %s 1 walk_agrees_with_model' % word)
print('%s 1 videobuf2_fence_model\nreboot: System halted' % word)
)";

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class ModelShrinkTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("build/linux/tools/testing/kunit/kunit.py", kKunit);
    Write("build/kunit/obj/linux", "an image");
  }

  void Write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(files::Write(folder_.Path(name), text).ok());
  }

  process::Output Run(std::vector<std::string> more = {}) const {
    process::Command command;
    command.argv = {MODEL_SHRINK, "--project", folder_.Path(""), "--build", folder_.Path("build")};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  std::size_t Boots() const {
    const std::string boots = files::ReadOrEmpty(folder_.Path("build/boots"));
    return static_cast<std::size_t>(std::count(boots.begin(), boots.end(), '\n'));
  }

  gate::TestFolder folder_;
};

TEST_F(ModelShrinkTest, FindsTheShortestWalk) {
  const auto run = Run();
  EXPECT_EQ(run.code, 1) << run.out << run.err;
  EXPECT_TRUE(Holds(run.out,
                    "FAILED after 3 of 60 steps, of which none can be dropped:\n"
                    "  step 7: name 7\n  step 20: name 20\n  step 31: name 31\n"))
      << run.out;
  EXPECT_TRUE(Holds(run.out, "kunit/videobuf2_fence_model_kunit.c:7: error: ")) << run.out;
  EXPECT_TRUE(Holds(run.out,
                    "build/kunit/obj/linux mem=1G console=tty kunit_shutdown=halt "
                    "kunit.filter_glob=videobuf2_fence_model videobuf2_fence_model_kunit.seed=1 "
                    "videobuf2_fence_model_kunit.kind=bad videobuf2_fence_model_kunit.steps=32 "
                    "videobuf2_fence_model_kunit.only=7,20,31 "
                    "videobuf2_fence_model_kunit.trace=1\n"))
      << run.out;
}

TEST_F(ModelShrinkTest, GoesOnWhereItWas) {
  const auto first = Run();
  const std::size_t boots = Boots();
  const auto second = Run();
  EXPECT_EQ(second.code, first.code);
  EXPECT_EQ(Boots(), boots + 2) << "the first walk, and the last with names";
  // Nothing is known of another kernel.
  Write("build/kunit/obj/linux", "another image");
  EXPECT_EQ(Run().code, 1);
  EXPECT_EQ(Boots(), 2 * boots + 2);
}

TEST_F(ModelShrinkTest, HasNothingToDoWhereNoWalkFails) {
  Write("build/sound", "");
  const auto run = Run({"--seed", "5"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_EQ(run.out, "PASSED 2 walks of 60 steps, seed 5: nothing to shrink\n");
  EXPECT_EQ(Boots(), 1u);
}

TEST_F(ModelShrinkTest, WalksWhatItIsTold) {
  EXPECT_EQ(Run({"--kind", "good"}).code, 0);
  EXPECT_EQ(Run({"--steps", "31"}).code, 0) << "the step that fails would be the next";
  EXPECT_EQ(Run({"--steps", "32"}).code, 1);
}

TEST_F(ModelShrinkTest, AKernelWithoutWalksIsNoVerdict) {
  Write("build/linux/tools/testing/kunit/kunit.py", "print('KTAP version 1\\n1..0')\n");
  const auto run = Run();
  EXPECT_EQ(run.code, 6) << run.out;
  EXPECT_TRUE(Holds(run.err, "console.log: error: no walk began: ")) << run.err;
  Write("build/linux/tools/testing/kunit/kunit.py", "raise SystemExit(3)\n");
  EXPECT_EQ(Run().code, 6);
  fs::remove(folder_.Path("build/kunit/obj/linux"));
  EXPECT_EQ(Run().code, 6);
}

TEST_F(ModelShrinkTest, RefusesAWrongCommandLine) {
  EXPECT_EQ(Run({"--steps", "0"}).code, 5);
  EXPECT_EQ(Run({"--none"}).code, 5);
}

}  // namespace
