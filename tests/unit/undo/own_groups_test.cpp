#include "undo/own_groups.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

// Folders that look like the kernel's; only a real one removes a group with its files.
class OwnGroupsTest : public testing::Test {
 protected:
  OwnGroupsTest() {
    for (const char* name : {"unified", "systemd", "memory"}) {
      fs::create_directory(root_ + "/" + name);
      std::ofstream(root_ + "/" + name + "/cgroup.procs") << "";
    }
  }
  static std::string said(const std::string& file) {
    std::string line;
    std::ifstream in(file);
    std::getline(in, line);
    return line;
  }
  const test::TemporaryFolder folder_;
  const std::string root_ = folder_.path();
};

TEST_F(OwnGroupsTest, LeavesTheGroupsByWhichProcessesAreEndedAndComesBack) {
  const std::string self = std::to_string(::getpid());
  const std::string own = root_ + "/unified/rehearse-guardian-" + self;
  fs::create_directory(root_ + "/systemd/rehearse-guardian-1");  // of one that was killed
  {
    const OwnGroups groups(root_);
    EXPECT_EQ(groups.folders().size(), 2u);
    EXPECT_EQ(said(own + "/cgroup.procs"), self);
    EXPECT_FALSE(fs::exists(root_ + "/systemd/rehearse-guardian-1"));
    EXPECT_FALSE(fs::exists(root_ + "/memory/rehearse-guardian-" + self));
  }
  EXPECT_EQ(said(root_ + "/unified/cgroup.procs"), self);
}

TEST_F(OwnGroupsTest, WhereThereAreNoneItStays) {
  const OwnGroups groups(root_ + "/none");
  EXPECT_TRUE(groups.folders().empty());
}

}  // namespace
}  // namespace rehearse
