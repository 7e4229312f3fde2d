// SPDX-License-Identifier: GPL-2.0-only
#include "supervise.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "all_written.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "process.h"

namespace supervise {
namespace {

namespace fs = std::filesystem;

constexpr const char kMarkVariable[] = "VB2_KERNEL_BUILD";

struct Process {
  std::string name;
  pid_t parent = 0;
};

/// What /proc says of a process; a parent of 0 where it is gone.
Process Describe(pid_t pid) {
  const std::string stat = files::ReadOrEmpty(fmt::format("/proc/{}/stat", pid));
  // pid (name) state ppid ...; the name may hold anything, so its end is the last parenthesis.
  const auto open = stat.find('(');
  const auto close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 4 > stat.size()) return {};
  return {stat.substr(open + 1, close - open - 1), std::atoi(stat.c_str() + close + 4)};
}

/// Our ancestors up to the topmost build program; none where no build program is among them.
std::vector<pid_t> BuildAncestors() {
  constexpr std::array<std::string_view, 5> kBuildPrograms{"cmake", "ctest", "ninja", "make",
                                                           "gmake"};
  std::vector<pid_t> ancestors;
  size_t topmost = 0;
  for (pid_t pid = ::getppid(); pid > 1;) {
    const Process process = Describe(pid);
    if (process.parent == 0) break;
    ancestors.push_back(pid);
    if (std::find(kBuildPrograms.begin(), kBuildPrograms.end(), process.name) !=
        kBuildPrograms.end()) {
      topmost = ancestors.size();
    }
    pid = process.parent;
  }
  ancestors.resize(topmost);
  return ancestors;
}

/// Kills and reaps until nothing is left below this process.
void EndAllBelow() {
  for (;;) {
    for (const pid_t pid : process::Descendants(::getpid())) ::kill(pid, SIGKILL);
    // A killed parent's children come to us; each turn of this loop reaches one generation further.
    if (::waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
  }
}

sigset_t Signals(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) sigaddset(&set, number);
  return set;
}

/// The supervisor's whole life. Returns the code that it exits with.
int Supervise(const std::function<int()>& body, const sigset_t& callers_mask) {
  const pid_t worker = ::fork();
  if (worker < 0) {
    gate::Put(stderr, fmt::format("error: cannot start a process: {}\n", std::strerror(errno)));
    return static_cast<int>(gate::ExitCode::kInfrastructure);
  }
  if (worker == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::sigprocmask(SIG_SETMASK, &callers_mask, nullptr);
    const int code = gate::AllWritten(body());
    std::fflush(nullptr);
    ::_exit(code);
  }
  const sigset_t awaited = Signals({SIGCHLD, SIGTERM});
  for (;;) {
    int number = 0;
    if (::sigwait(&awaited, &number) != 0) continue;
    if (number == SIGTERM) {
      EndAllBelow();
      return 128 + SIGTERM;
    }
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid != worker) continue;
      EndAllBelow();
      if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
      gate::Put(stderr, fmt::format("error: stopped by signal {} ({})\n", WTERMSIG(status),
                                    strsignal(WTERMSIG(status))));
      return static_cast<int>(gate::ExitCode::kInfrastructure);
    }
  }
}

/// Waits for the supervisor, a signal to us, or the death of a build program above us.
int AwaitSupervisor(pid_t supervisor, int signals, const std::vector<int>& ancestors) {
  std::vector<pollfd> wanted{{signals, POLLIN, 0}};
  for (const int fd : ancestors) wanted.push_back({fd, POLLIN, 0});
  int stopped_by = 0;
  for (;;) {
    if (::poll(wanted.data(), wanted.size(), -1) < 0) continue;
    if ((wanted[0].revents & POLLIN) != 0) {
      signalfd_siginfo info{};
      if (::read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
      if (info.ssi_signo != SIGCHLD && stopped_by == 0) {
        stopped_by = static_cast<int>(info.ssi_signo);
        ::kill(supervisor, SIGTERM);
      }
    }
    for (size_t i = 1; i < wanted.size(); ++i) {
      if (wanted[i].revents == 0) continue;
      wanted[i].fd = -1;
      if (stopped_by == 0) {
        stopped_by = SIGHUP;
        ::kill(supervisor, SIGTERM);
      }
    }
    int status = 0;
    if (::waitpid(supervisor, &status, WNOHANG) != supervisor) continue;
    if (stopped_by != 0) {
      gate::Put(stderr, fmt::format("\nerror: stopped ({}); the next build goes on from here\n",
                                    stopped_by == SIGINT ? "interrupted" : strsignal(stopped_by)));
      return 128 + stopped_by;
    }
    if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
    gate::Put(stderr,
              fmt::format("error: the process that supervises the build was killed (signal {})\n",
                          WTERMSIG(status)));
    return static_cast<int>(gate::ExitCode::kInfrastructure);
  }
}

/// Whether the environment that `pid` was started with holds `entry`.
bool Bears(pid_t pid, const std::string& entry) {
  const std::string environment =
      std::string(1, '\0') + files::ReadOrEmpty(fmt::format("/proc/{}/environ", pid));
  return environment.find(std::string(1, '\0') + entry + std::string(1, '\0')) != std::string::npos;
}

std::string MarkEntry(const fs::path& folder) {
  return fmt::format("{}={}", kMarkVariable, folder.string());
}

/// Ends processes that bear the mark of `folder`; the lock says that no build of it is alive.
void EndLeftovers(const fs::path& folder) {
  const std::string entry = MarkEntry(folder);
  std::error_code error;
  int ended = 0;
  for (const auto& item : fs::directory_iterator("/proc", error)) {
    const std::string name = item.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::atoi(name.c_str());
    if (pid == ::getpid() || !Bears(pid, entry)) continue;
    if (::kill(pid, SIGKILL) == 0) ++ended;
  }
  if (ended > 0) {
    gate::Put(stderr,
              fmt::format("-- ended {} process(es) that a killed build had left running\n", ended));
  }
}

}  // namespace

BuildLock::BuildLock(int fd, fs::path folder) : fd_(fd), folder_(std::move(folder)) {}

BuildLock::BuildLock(BuildLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), folder_(std::move(other.folder_)) {}

BuildLock::~BuildLock() {
  if (fd_ >= 0) ::close(fd_);
}

gate::Result<BuildLock> BuildLock::Take(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path real = fs::canonical(folder, error);
  if (error) {
    return gate::Error{fmt::format("{}: error: cannot make the build folder: {}", folder.string(),
                                   error.message())};
  }
  const fs::path file = real / ".lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return gate::Error{fmt::format(
        "{}: error: cannot open the lock: {}; make its folder writable, or build in another",
        file.string(), std::strerror(errno))};
  }
  BuildLock lock(fd, real);
  // A build that was just killed needs a moment to end its processes; that is not worth a line.
  constexpr int kPatience = 20;
  for (int attempt = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return gate::Error{
          fmt::format("{}: error: cannot take the lock: {}", file.string(), std::strerror(errno))};
    }
    if (attempt == kPatience) {
      gate::Put(stderr,
                fmt::format("-- another build works in {}; waiting for it\n", real.string()));
    }
    ::usleep(50000);
  }
  EndLeftovers(real);
  return lock;
}

void BuildLock::Mark() const { ::setenv(kMarkVariable, folder_.c_str(), 1); }

std::string BuildId() {
  const auto ancestors = BuildAncestors();
  if (ancestors.empty()) return {};
  // Field 22 of the line is the starting time; a number is given to another process in time.
  const std::string stat = files::ReadOrEmpty(fmt::format("/proc/{}/stat", ancestors.back()));
  size_t at = stat.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return {};
  return fmt::format("{} {}", ancestors.back(),
                     stat.substr(at + 1, stat.find(' ', at + 1) - at - 1));
}

int Run(const std::function<int()>& body) {
  std::fflush(nullptr);
  const sigset_t handled = Signals({SIGINT, SIGTERM, SIGHUP, SIGCHLD});
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &handled, &before);
  const int signals = ::signalfd(-1, &handled, SFD_CLOEXEC);
  std::vector<int> ancestors;
  for (const pid_t pid : BuildAncestors()) {
    // glibc 2.36 declares pidfd_open() in a header that C++ cannot link against.
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd >= 0) ancestors.push_back(fd);
  }
  const pid_t caller = ::getpid();
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != caller) ::_exit(128 + SIGTERM);
    const int code = Supervise(body, before);
    std::fflush(nullptr);
    ::_exit(code);
  }
  int code = static_cast<int>(gate::ExitCode::kInfrastructure);
  if (supervisor < 0) {
    gate::Put(stderr, fmt::format("error: cannot start a process: {}\n", std::strerror(errno)));
  } else {
    code = AwaitSupervisor(supervisor, signals, ancestors);
  }
  for (const int fd : ancestors) ::close(fd);
  ::close(signals);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return code;
}

int RunLocked(const fs::path& folder, const std::function<int()>& body) {
  const auto lock = BuildLock::Take(folder);
  if (!lock.ok()) {
    gate::Put(stderr, lock.error() + "\n");
    return static_cast<int>(gate::ExitCode::kInfrastructure);
  }
  return Run([&] {
    lock->Mark();
    return body();
  });
}

}  // namespace supervise
