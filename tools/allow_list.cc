// SPDX-License-Identifier: GPL-2.0-only
#include "allow_list.h"

#include <fmt/format.h>

#include <utility>

#include "file_io.h"
#include "ktap_line.h"
#include "text.h"

namespace gate {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool ParseScope(std::string_view text, Scope* scope) {
  for (const Scope candidate : {Scope::kBoot, Scope::kTest, Scope::kAfter}) {
    if (text != ScopeName(candidate)) continue;
    *scope = candidate;
    return true;
  }
  return false;
}

}  // namespace

const char* ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kBoot:
      return "boot";
    case Scope::kTest:
      return "test";
    case Scope::kAfter:
      return "after";
  }
  return "boot";
}

Result<AllowList> AllowList::Read(const std::string& file) {
  auto text = ReadFile(file);
  if (!text) return Error{text.error()};
  AllowList list;
  list.file_ = file;
  std::uint64_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = TrimRight(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;

    const std::size_t first = line.find('\t');
    if (line.substr(0, first) == "base") {
      const std::string_view base =
          first == std::string_view::npos ? std::string_view() : line.substr(first + 1);
      if (base.empty() || !IsDigit(base.front()) || !list.base_.empty() || !list.entries_.empty()) {
        return Error{
            fmt::format("{}:{}: want \"base\", a tab and a kernel's version, such as 6.12, "
                        "once, ahead of all entries",
                        file, number)};
      }
      list.base_ = Printable(base);
      list.base_line_ = number;
      continue;
    }
    const std::size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos || second + 1 == line.size() || second == first + 1) {
      return Error{fmt::format("{}:{}: want scope, regular expression and reason, parted by tabs",
                               file, number)};
    }
    Entry entry;
    entry.line = number;
    std::string_view scope = line.substr(0, first);
    if (scope.starts_with('?')) {
      entry.optional = true;
      scope.remove_prefix(1);
    }
    if (!ParseScope(scope, &entry.scope)) {
      return Error{fmt::format("{}:{}: \"{}\" is no scope; use boot, test or after", file, number,
                               Printable(scope))};
    }
    entry.pattern = line.substr(first + 1, second - first - 1);
    entry.reason = Printable(line.substr(second + 1));
    auto regex = std::make_unique<regex_t>();
    const int error = regcomp(regex.get(), entry.pattern.c_str(), REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
      char why[200];
      regerror(error, regex.get(), why, sizeof(why));
      return Error{fmt::format("{}:{}: \"{}\" is no extended regular expression: {}", file, number,
                               Printable(entry.pattern), why)};
    }
    list.regexes_.emplace_back(regex.release());
    list.entries_.push_back(std::move(entry));
  }
  return list;
}

bool AllowList::IsFor(std::string_view kernel) const {
  return kernel.starts_with(base_) &&
         (base_.empty() || kernel.size() == base_.size() || !IsDigit(kernel[base_.size()]));
}

const AllowList::Entry* AllowList::Find(Scope scope, const std::string& title) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].scope != scope) continue;
    if (regexec(regexes_[i].get(), title.c_str(), 0, nullptr, 0) != 0) continue;
    ++entries_[i].hits;
    return &entries_[i];
  }
  return nullptr;
}

}  // namespace gate
