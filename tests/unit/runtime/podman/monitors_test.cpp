#include "runtime/podman/monitors.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/clock.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

// A process that calls itself as podman calls its monitors. The prefix is this process's own. It
// waits for a pipe that nobody writes to: what a shell forks is called as the shell is until it
// runs something.
class MonitorsTest : public testing::Test {
 protected:
  MonitorsTest() { EXPECT_EQ(::mkfifo((dir_ + "/never").c_str(), 0600), 0); }
  ~MonitorsTest() override {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

  void begin(const std::string& program, const std::string& container) {
    std::ofstream(dir_ + "/" + program) << "#!/bin/sh\nread -r never <" + dir_ + "/never\n";
    std::filesystem::permissions(dir_ + "/" + program, std::filesystem::perms::owner_all);
    const std::string path = dir_ + "/" + program;
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl(path.c_str(), path.c_str(), "--api-version", "1", "-n", container.c_str(),
              "--exit-dir", "/none", nullptr);
      ::_exit(1);
    }
    children_.push_back(child);
    const int64_t end_ns = monotonic_ns() + 3 * ns_per_s;
    std::string comm;
    while (comm != program && monotonic_ns() < end_ns)
      std::getline(std::ifstream("/proc/" + std::to_string(child) + "/comm") >> std::ws, comm);
  }
  // The kernel keeps the name of a dead one until it is buried, but no command line.
  bool lives(pid_t child) { return ::waitpid(child, nullptr, WNOHANG) == 0; }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  std::vector<pid_t> children_;
  const std::string prefix_ = "rht" + std::to_string(::getpid()) + "-";
};

TEST_F(MonitorsTest, FindsThoseOfOurContainersAndNobodyElse) {
  EXPECT_TRUE(find_monitors(prefix_).empty());
  begin("conmon", prefix_ + "etcd-1");
  begin("conman", prefix_ + "etcd-2");
  begin("conmon", "other-" + prefix_);
  const auto found = find_monitors(prefix_);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].container, prefix_ + "etcd-1");
  EXPECT_EQ(found[0].pid, children_[0]);
}

TEST_F(MonitorsTest, OfAContainerThatIsListedIsNoOrphan) {
  begin("conmon", prefix_ + "etcd-1");
  begin("conmon", prefix_ + "etcd-2");
  const auto orphans = orphaned_monitors(prefix_, {prefix_ + "etcd-1"});
  ASSERT_EQ(orphans.size(), 1u);
  EXPECT_EQ(orphans[0].container, prefix_ + "etcd-2");
}

TEST_F(MonitorsTest, EndsThemAndNobodyElse) {
  begin("conmon", prefix_ + "etcd-1");
  begin("conmon", "other-" + prefix_);
  EXPECT_TRUE(end_monitors(prefix_, 10));
  EXPECT_FALSE(lives(children_[0]));
  EXPECT_TRUE(lives(children_[1]));
}

TEST_F(MonitorsTest, WhereThereIsNoneNothingIsWaitedFor) {
  const int64_t began_ns = monotonic_ns();
  EXPECT_TRUE(end_monitors(prefix_, 60'000));
  EXPECT_LT(monotonic_ns() - began_ns, 30 * ns_per_s);
}

}  // namespace
}  // namespace rehearse
