// Copies of what lies elsewhere than in the database: made, told of, restored.
#include "platform/kept_copies.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "platform/backups.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse {
namespace {

class KeptCopiesTest : public testing::Test {
 protected:
  KeptCopiesTest() {
    stack_.secrets_dir = folder_.path();
    stack_.nodes = {{"keeper-1", "keeper", "store", "198.18.6.30", 1, {}},
                    {"s3-1", "s3", "store", "198.18.6.10", 1, {}}};
    stack_.file.backups.store = "s3";
    stack_.file.backups.key = "backup-key";
    stack_.file.backups.keeper = "keeper";
    stack_.file.backups.keeps = {{"cache", "redis"}, {"events", "kafka"}};
    (void)make_directories(stack_.secrets_dir + "/keeper-1");
    (void)write_file_atomically(stack_.secrets_dir + "/keeper-1/backup-key", "secret");
    runtime_.on_exec = [this](const std::string&, const std::vector<std::string>& argv) {
      return answer(argv);
    };
  }

  Result<std::string> answer(const std::vector<std::string>& argv) {
    if (argv[1] == "make" && argv[2] == broken_) return fail(ExitCode::machine, "no Redis leads");
    if (argv[1] == "make") return "/o/" + argv[2] + " 7 90 c1 s1 aes-256-cbc 30\n";
    if (argv[1] == "restore") return std::string("ok 7\n");
    if (argv[1] == "locked-until") return std::string("1772452800\n");
    std::string lines;
    for (size_t i = 2; i < argv.size(); ++i) lines += "c1\n";
    return lines;
  }
  const test::TemporaryFolder folder_;
  Stack stack_;
  FakeRuntime runtime_;
  KeptCopies copies_{runtime_, stack_};
  std::string broken_;
};

TEST_F(KeptCopiesTest, OfEachClassTheLastIsRestored) {
  ASSERT_TRUE(copies_.are_made());
  ASSERT_TRUE(copies_.make());
  ASSERT_TRUE(copies_.make());
  ASSERT_TRUE(copies_.prove());
  ASSERT_EQ(copies_.all().size(), 4u);
  const KeptCopy &first = copies_.all()[0], &last = copies_.all()[2];
  EXPECT_EQ(first.data, "cache");
  EXPECT_EQ(last.data, "cache");
  EXPECT_EQ(first.restored_at, "");
  EXPECT_EQ(last.outcome, "ok");
  EXPECT_EQ(last.rows, last.restored_rows);
  for (const KeptCopy& copy : copies_.all()) {
    EXPECT_EQ(copy.checksum, copy.checksum_made);
    EXPECT_EQ(copy.key_id, key_id_of("secret"));
    EXPECT_EQ(copy.cipher, "aes-256-cbc");
    EXPECT_EQ(*parse_utc_ns(copy.expires_at) - *parse_utc_ns(copy.made_at),
              int64_t{30} * 86'400 * ns_per_s);
    EXPECT_EQ(copy.locked_until, "2026-03-02T12:00:00.000Z");
  }
}

TEST_F(KeptCopiesTest, WhatCannotBeCopiedIsToldAndTheOthersAre) {
  broken_ = "cache";
  const auto made = copies_.make();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "cache is not copied: no Redis leads");
  ASSERT_EQ(copies_.all().size(), 1u);
  EXPECT_EQ(copies_.all()[0].data, "events");
}

TEST_F(KeptCopiesTest, WhereNobodyCopiesThereAreNone) {
  stack_.file.backups.keeper.clear();
  EXPECT_FALSE(copies_.are_made());
}

}  // namespace
}  // namespace rehearse
