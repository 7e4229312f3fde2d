// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SUPERVISE_H_
#define TOOLS_SUPERVISE_H_

#include <filesystem>
#include <functional>
#include <string>

#include "result.h"

/// Builds that end as a whole. Whatever way a build is stopped, none of its processes goes on
/// beside the next one.
namespace supervise {

/// One build at a time in a folder.
class BuildLock {
 public:
  /// Takes `folder`/.lock, which is made where needed. Where another build holds it, says so in one
  /// line and waits. Then ends what a killed build may have left running: processes of this user
  /// that bear the folder's mark (see Mark()).
  static gate::Result<BuildLock> Take(const std::filesystem::path& folder);

  BuildLock(BuildLock&& other) noexcept;
  BuildLock& operator=(BuildLock&&) = delete;
  ~BuildLock();

  /// Sets the variable that all processes of this build inherit, by which a later build knows them.
  void Mark() const;

 private:
  BuildLock(int fd, std::filesystem::path folder);
  int fd_;
  std::filesystem::path folder_;
};

/// Names the build that this process is a part of: the topmost build program above it (cmake,
/// ctest, ninja, make), by process and starting time. Empty where there is none.
std::string BuildId();

/// Calls `body` in a process of its own and returns what it returned.
///
/// Three processes take part. The caller waits. A supervisor, which adopts every orphan below it
/// (PR_SET_CHILD_SUBREAPER) and is told when the caller dies (PR_SET_PDEATHSIG), lives in a session
/// of its own, so that no signal to the caller's process group ends it. `body` runs below it. All
/// processes below the supervisor are killed when `body` returns, when the caller gets SIGINT,
/// SIGTERM or SIGHUP (it then prints one line and returns 128 + the signal's number), when the
/// caller dies by SIGKILL, and when one of the build programs that the caller runs under (cmake,
/// ctest, ninja, make and shells between them) dies.
///
/// A BuildLock that the caller holds stays held until the last of these processes is gone.
int Run(const std::function<int()>& body);

/// Takes the lock of `folder`, and calls `body` as Run() does, with the folder's mark. Where the
/// lock can't be had, says so in one line and returns ExitCode::kInfrastructure's number.
int RunLocked(const std::filesystem::path& folder, const std::function<int()>& body);

}  // namespace supervise

#endif  // TOOLS_SUPERVISE_H_
