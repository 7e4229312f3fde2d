// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TEST_FILES_H_
#define TOOLS_TEST_FILES_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace gate {

/// A folder of a test's own, gone at its end.
class TestFolder {
 public:
  TestFolder() {
    std::string form = testing::TempDir() + "gate_test_XXXXXX";
    if (mkdtemp(form.data()) == nullptr) {
      ADD_FAILURE() << "no temporary folder in " << testing::TempDir();
    }
    path_ = form;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  /// Writes `text` to a file and returns its path.
  std::string Write(const std::string& name, std::string_view text) const {
    const std::string file = Path(name);
    std::FILE* stream = std::fopen(file.c_str(), "wb");
    if (stream == nullptr || std::fwrite(text.data(), 1, text.size(), stream) != text.size() ||
        std::fclose(stream) != 0) {
      ADD_FAILURE() << "cannot write " << file;
    }
    return file;
  }

 private:
  std::string path_;
};

}  // namespace gate

#endif  // TOOLS_TEST_FILES_H_
