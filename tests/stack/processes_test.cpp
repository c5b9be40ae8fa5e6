// Processes by the kernel's own handles, on a real kernel: what is ended must be ours, whatever
// stands in a pid file.
#include "runtime/podman/processes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/thread_setup.hpp"
#include "runtime/command.hpp"

namespace rehearse {
namespace {

constexpr const char* node = "rhtest-p";

class ProcessesTest : public testing::Test {
 protected:
  ProcessesTest() {
    char pattern[] = "/tmp/rehearse-processes-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    (void)run_command({"ip", "netns", "del", ns_}, 5'000);
    EXPECT_TRUE(run_checked({"ip", "netns", "add", ns_}, 5'000));
    processes_ = std::make_unique<Processes>(dir_);
  }
  ~ProcessesTest() override {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
    (void)run_command({"ip", "netns", "del", ns_}, 5'000);
    std::filesystem::remove_all(dir_);
  }

  // A child that sleeps, in the node's namespace or in ours; not waited for until the end.
  pid_t child(bool inside) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (inside && !join_network_namespace("/run/netns/" + ns_)) ::_exit(1);
      ::execlp("sleep", "sleep", "97", nullptr);
      ::_exit(1);
    }
    children_.push_back(pid);
    std::ofstream(dir_ + "/" + node) << pid << "\n";
    for (int i = 0; i < 200 && !(inside && running()); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (!inside && i > 20) break;
    }
    return pid;
  }
  bool running() const { return processes_->states()->at(node).running; }
  static bool alive(pid_t pid) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
  }

  const std::string ns_ = std::string("rhs-") + node;
  std::string dir_;
  std::unique_ptr<Processes> processes_;
  std::vector<pid_t> children_;
};

TEST_F(ProcessesTest, KillsWhatLivesInTheNodesNamespaceAndSeesItGoneAtOnce) {
  const pid_t pid = child(true);
  ASSERT_TRUE(running());
  ASSERT_TRUE(processes_->kill({node}));
  for (int i = 0; i < 200 && running(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_FALSE(running());
  EXPECT_FALSE(alive(pid));
  EXPECT_TRUE(processes_->states()->at(node).exists);
  EXPECT_TRUE(processes_->kill({node}));  // dead ones stay dead
}

TEST_F(ProcessesTest, NeverTouchesAProcessThatAPidFileNamesByMistake) {
  const pid_t stranger = child(false);
  EXPECT_FALSE(running());
  EXPECT_TRUE(processes_->kill({node}));
  EXPECT_FALSE(processes_->freeze({node}));
  EXPECT_FALSE(processes_->signal(node, stranger, SIGKILL));
  EXPECT_TRUE(alive(stranger));
}

TEST_F(ProcessesTest, WithoutOrWithABrokenPidFileNothingRuns) {
  EXPECT_TRUE(processes_->states()->empty());
  for (const char* text : {"", "nonsense\n", "-1\n", "0\n", "999999999\n"}) {
    std::ofstream(dir_ + "/" + node, std::ios::trunc) << text;
    EXPECT_FALSE(running()) << text;
    EXPECT_TRUE(processes_->kill({node})) << text;
  }
}

TEST_F(ProcessesTest, StandsStillAndGoesOn) {
  const pid_t pid = child(true);
  const bool first = std::filesystem::exists("/sys/fs/cgroup/freezer");
  const std::string group =
      first ? "/sys/fs/cgroup/freezer/rhtest-freezer" : "/sys/fs/cgroup/rhtest-freezer";
  std::filesystem::create_directory(group);
  std::ofstream(group + "/cgroup.procs") << pid << std::flush;
  ASSERT_TRUE(processes_->freeze({node}));
  EXPECT_TRUE(processes_->states()->at(node).paused);
  EXPECT_TRUE(running());
  ASSERT_TRUE(processes_->thaw({node}));
  EXPECT_FALSE(processes_->states()->at(node).paused);
  EXPECT_TRUE(processes_->thaw({node}));  // frozen or not
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  children_.clear();
  std::filesystem::remove(group);
}

TEST_F(ProcessesTest, FindsOneProcessByItsWordsStopsItAndLetsItGoOn) {
  const pid_t pid = child(true);
  EXPECT_FALSE(processes_->pid_of(node, "sleep 96"));
  // Processes without a space of their own for identifiers share the machine's.
  const auto found = processes_->pid_of(node, "sleep 97");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, pid);
  ASSERT_TRUE(processes_->signal(node, *found, SIGSTOP));
  for (int i = 0; i < 200 && *processes_->process(node, *found) != ProcessState::stopped; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(*processes_->process(node, *found), ProcessState::stopped);
  const auto stopped = processes_->stopped({node})->at(node);
  EXPECT_NE(std::ranges::find(stopped, *found), stopped.end());
  ASSERT_TRUE(processes_->signal(node, *found, SIGCONT));
  EXPECT_NE(*processes_->process(node, *found), ProcessState::stopped);
}

}  // namespace
}  // namespace rehearse
