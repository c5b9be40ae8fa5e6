#include "base/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/sha256.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class Files : public testing::Test {
 protected:
  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();
};

TEST_F(Files, ReadsNoMoreThanAskedFor) {
  const std::string path = directory_ + "/a";
  ASSERT_TRUE(write_file_atomically(path, "four"));
  EXPECT_EQ(read_file(path, 4).value_or(""), "four");
  EXPECT_FALSE(read_file(path, 3));
  EXPECT_FALSE(read_file("/dev/zero", 1 << 20));  // which never ends
}

TEST_F(Files, WritesReadsAndReplaces) {
  const std::string path = directory_ + "/a";
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, std::string("t\0o", 3)));
  EXPECT_EQ(read_file(path).value_or(""), std::string("t\0o", 3));
  // Nothing temporary stays behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(Files, ErrorsNamePathAndReason) {
  const auto missing = read_file(directory_ + "/none");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find(directory_ + "/none"), std::string::npos);
  EXPECT_NE(missing.error().message.find("No such file"), std::string::npos);
  EXPECT_FALSE(read_file(directory_));
  EXPECT_FALSE(write_file_atomically(directory_ + "/no/such", "x"));
}

TEST_F(Files, MakesDirectories) {
  EXPECT_TRUE(make_directories(directory_ + "/a/b/c"));
  EXPECT_TRUE(make_directories(directory_ + "/a/b/c"));
  ASSERT_TRUE(write_file_atomically(directory_ + "/file", "x"));
  EXPECT_FALSE(make_directories(directory_ + "/file"));
  EXPECT_FALSE(make_directories(directory_ + "/file/below"));
}

TEST_F(Files, AModeHoldsWhateverTheUmaskIs) {
  const mode_t before = ::umask(077);
  EXPECT_TRUE(make_directories(directory_ + "/a/b", 0755));
  EXPECT_TRUE(write_file_atomically(directory_ + "/a/b/c", "x", 0644));
  EXPECT_TRUE(write_file_atomically(directory_ + "/a/b/d", "x"));
  ::umask(before);
  const auto mode = [this](const char* path) {
    return static_cast<unsigned>(std::filesystem::status(directory_ + path).permissions());
  };
  EXPECT_EQ(mode("/a/b"), 0755u);
  EXPECT_EQ(mode("/a/b/c"), 0644u);
  EXPECT_EQ(mode("/a/b/d"), 0600u);
}

TEST_F(Files, Sha256OfBytesAndFiles) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::string content(200'000, 'a');  // more than one piece
  ASSERT_TRUE(write_file_atomically(directory_ + "/a", content));
  EXPECT_EQ(sha256_hex_of_file(directory_ + "/a").value_or(""), sha256_hex(content));
  EXPECT_FALSE(sha256_hex_of_file(directory_ + "/none"));
  EXPECT_FALSE(sha256_hex_of_file(directory_));
}

}  // namespace
}  // namespace rehearse
