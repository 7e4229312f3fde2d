// SPDX-License-Identifier: GPL-2.0-only
#include "process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

extern char** environ;

namespace process {
namespace {

using Clock = std::chrono::steady_clock;

/// One end of a pipe, closed when it goes.
class End {
 public:
  End() = default;
  explicit End(int fd) : fd_(fd) {}
  End(End&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  End& operator=(End&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~End() { Close(); }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  End read;
  End write;
};

std::optional<Pipe> MakePipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{End(fds[0]), End(fds[1])};
}

gate::Error NotStarted(const Command& command, std::string_view why) {
  return {fmt::format("error: cannot run {}: {}", command.argv.front(), why)};
}

int ExitCode(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// A started command with our ends of its pipes.
struct Child {
  pid_t pid = -1;
  End in;
  End out;
  End err;  ///< Not open where standard error goes where standard output goes.
};

gate::Result<Child> Start(const Command& command, bool merge_errors) {
  auto in = MakePipe();
  auto out = MakePipe();
  auto err = merge_errors ? std::optional<Pipe>(Pipe{}) : MakePipe();
  auto failure = MakePipe();
  if (!in || !out || !err || !failure) return NotStarted(command, std::strerror(errno));

  // All that allocates is done before fork(): the child only makes system calls.
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto replaced = [&](const auto& added) {
      return text.starts_with(added.first) && text.size() > added.first.size() &&
             text[added.first.size()] == '=';
    };
    if (std::none_of(command.environment.begin(), command.environment.end(), replaced)) {
      variables.emplace_back(text);
    }
  }
  for (auto added = command.environment.begin(); added != command.environment.end(); ++added) {
    // Of two settings of one variable the later one holds; getenv() would find the first.
    const auto same = [&](const auto& later) { return later.first == added->first; };
    if (std::none_of(added + 1, command.environment.end(), same)) {
      variables.push_back(added->first + "=" + added->second);
    }
  }
  std::vector<char*> envp;
  for (auto& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);
  auto arguments = command.argv;
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return NotStarted(command, std::strerror(errno));
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(in->read.get(), STDIN_FILENO);
    ::dup2(out->write.get(), STDOUT_FILENO);
    ::dup2(merge_errors ? out->write.get() : err->write.get(), STDERR_FILENO);
    if (command.folder.empty() || ::chdir(command.folder.c_str()) == 0) {
      ::execvpe(argv[0], argv.data(), envp.data());
    }
    const int error = errno;
    // Closed by a successful exec, so that the parent reads nothing there.
    [[maybe_unused]] const ssize_t told = ::write(failure->write.get(), &error, sizeof error);
    ::_exit(127);
  }
  failure->write.Close();
  int error = 0;
  ssize_t told = 0;
  do {
    told = ::read(failure->read.get(), &error, sizeof error);
  } while (told < 0 && errno == EINTR);
  if (told == static_cast<ssize_t>(sizeof error)) {
    ::waitpid(pid, nullptr, 0);
    return NotStarted(command, std::strerror(error));
  }
  return Child{pid, std::move(in->write), std::move(out->read), std::move(err->read)};
}

/// Reads what is there; closes `end` at its end.
void Drain(End& end, const std::function<void(std::string_view)>& sink) {
  char buffer[1 << 16];
  const ssize_t n = ::read(end.get(), buffer, sizeof buffer);
  if (n > 0) {
    sink({buffer, static_cast<size_t>(n)});
  } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
    end.Close();
  }
}

/// Writes a part of `rest`; closes `end` when all is written or nobody reads any more.
void Supply(End& end, std::string_view& rest) {
  const ssize_t n = ::write(end.get(), rest.data(), rest.size());
  if (n >= 0) {
    rest.remove_prefix(static_cast<size_t>(n));
  } else if (errno != EINTR && errno != EAGAIN) {
    rest = {};
  }
  if (rest.empty()) end.Close();
}

/// Stops what a command started, step by step, once its time is over.
class Stopper {
 public:
  Stopper(pid_t command, std::optional<std::chrono::seconds> limit, std::chrono::seconds grace)
      : command_(command), grace_(grace) {
    if (limit) next_ = Clock::now() + *limit;
  }

  bool stopping() const { return step_ > 0; }

  void Tick() {
    if (Clock::now() < next_) return;
    switch (step_++) {
      case 0:
        Signal(SIGTERM);
        break;
      case 1:
        Signal(SIGKILL);
        break;
      default:
        Signal(SIGKILL);
        ::kill(command_, SIGKILL);
        break;
    }
    next_ = Clock::now() + grace_;
  }

 private:
  void Signal(int number) {
    for (const pid_t pid : Descendants(command_)) ::kill(pid, number);
  }

  pid_t command_;
  std::chrono::seconds grace_;
  Clock::time_point next_ = Clock::time_point::max();
  int step_ = 0;
};

int WaitFor(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return ExitCode(status);
}

/// A closed standard input must not end us by SIGPIPE. Once for the whole program.
void IgnorePipeSignal() {
  static const auto previous = ::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(previous);
}

}  // namespace

gate::Result<Output> Run(const Command& command) {
  IgnorePipeSignal();
  auto child = Start(command, /*merge_errors=*/false);
  if (!child.ok()) return gate::Error{child.error()};
  std::string_view rest = command.input;
  if (rest.empty()) child->in.Close();
  if (child->in.open()) ::fcntl(child->in.get(), F_SETFL, O_NONBLOCK);
  Output output;
  while (child->out.open() || child->err.open()) {
    std::array<pollfd, 3> wanted{{{child->in.get(), POLLOUT, 0},
                                  {child->out.get(), POLLIN, 0},
                                  {child->err.get(), POLLIN, 0}}};
    if (::poll(wanted.data(), wanted.size(), -1) < 0) continue;
    if (wanted[0].revents != 0) Supply(child->in, rest);
    if (wanted[1].revents != 0) {
      Drain(child->out, [&](std::string_view bytes) { output.out += bytes; });
    }
    if (wanted[2].revents != 0) {
      Drain(child->err, [&](std::string_view bytes) { output.err += bytes; });
    }
  }
  child->in.Close();
  output.code = WaitFor(child->pid);
  return output;
}

gate::Result<Streamed> Stream(const Command& command,
                              const std::function<void(std::string_view)>& on_output,
                              const std::function<void()>& on_idle,
                              std::optional<std::chrono::seconds> limit,
                              std::chrono::seconds grace) {
  IgnorePipeSignal();
  auto child = Start(command, /*merge_errors=*/true);
  if (!child.ok()) return gate::Error{child.error()};
  child->in.Close();
  Stopper stopper(child->pid, limit, grace);
  auto last_idle = Clock::now();
  while (child->out.open()) {
    pollfd wanted{child->out.get(), POLLIN, 0};
    const int ready = ::poll(&wanted, 1, 200);
    if (ready > 0) Drain(child->out, on_output);
    if (on_idle && Clock::now() - last_idle >= std::chrono::seconds(1)) {
      last_idle = Clock::now();
      on_idle();
    }
    stopper.Tick();
  }
  return Streamed{WaitFor(child->pid), stopper.stopping()};
}

std::string Missing(const std::string& program, const std::string& package) {
  Command command;
  command.argv = {program, "--version"};
  const auto run = Run(command);
  if (run.ok() && run->ok()) return "";
  return program + " is not installed (Debian: " + package + ")";
}

std::string Launched(const std::string& compiler) {
  std::string launcher;
  if (const char* named = std::getenv("KERNEL_LAUNCHER"); named != nullptr) {
    launcher = named;
  } else if (Missing("ccache", "ccache").empty()) {
    launcher = "ccache";
  }
  return launcher.empty() ? compiler : launcher + " " + compiler;
}

std::vector<pid_t> Descendants(pid_t root) {
  std::vector<pid_t> found;
  std::vector<pid_t> open{root};
  while (!open.empty()) {
    const pid_t pid = open.back();
    open.pop_back();
    // The single-threaded programs that we start have all their children under their main thread.
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (pid_t child = 0; children >> child;) {
      found.push_back(child);
      open.push_back(child);
    }
  }
  return found;
}

void CleanEnvironment() {
  constexpr std::array<std::string_view, 3> kPrefixes{"GIT_", "KBUILD_", "KCONFIG_"};
  constexpr std::array<std::string_view, 17> kNames{
      "MAKEFLAGS", "MFLAGS",        "GNUMAKEFLAGS", "MAKELEVEL",
      "MAKEFILES", "ARCH",          "SUBARCH",      "O",
      "V",         "CROSS_COMPILE", "KCFLAGS",      "KCPPFLAGS",
      "KAFLAGS",   "KERNELRELEASE", "LOCALVERSION", "INSTALL_MOD_PATH",
      "LANGUAGE"};
  std::vector<std::string> doomed;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto name = text.substr(0, text.find('='));
    const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
    if (std::any_of(kPrefixes.begin(), kPrefixes.end(), starts) ||
        std::find(kNames.begin(), kNames.end(), name) != kNames.end()) {
      doomed.emplace_back(name);
    }
  }
  for (const auto& name : doomed) ::unsetenv(name.c_str());
  ::setenv("LC_ALL", "C.UTF-8", 1);
}

std::string ShellQuote(std::string_view argument) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%^";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(argument);
  }
  std::string quoted = "'";
  for (const char c : argument) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace process
