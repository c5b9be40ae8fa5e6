#include "record/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/ed25519.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Manifest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(dir_ + "/books/incomplete");
    std::filesystem::create_directories(dir_ + "/logs");
    put("run.json", "{}");
    put("events.jsonl", "{}\n{}\n");
    put("books/accounts.csv", "account,owner\n\"a\nb\",p\nc,p\n");
    ASSERT_TRUE(write_manifest(dir_));
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ + "/" + name, std::ios::binary) << text;
  }
  std::vector<std::string> changes() const {
    const auto found = changes_since_recorded(dir_);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : std::vector<std::string>{};
  }
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(Manifest, ANameThatIsNotUtf8IsSealedAsAnyOther) {
  put("\xff.json", "{}");
  const Status written = write_manifest(dir_);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_THAT(changes(), IsEmpty());
  put("\xff.json", "[]");
  EXPECT_THAT(changes(), ElementsAre("\xef\xbf\xbd.json changed"));
}

TEST_F(Manifest, AFolderAsRecordedHasNoChange) {
  put("report.json", "made from it");
  put("logs/node.log", "written for as long as the node stands");
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(manifest_sha256(dir_).size(), 64u);
}

TEST_F(Manifest, AnyChangeOfEvidenceIsNamed) {
  put("books/accounts.csv", "account,owner\n\"a\nb\",p\nd,p\n");
  put("events.jsonl", "{}\n");
  put("books/rounds.csv", "round\n");
  std::filesystem::remove(dir_ + "/run.json");
  EXPECT_THAT(changes(),
              ElementsAre("books/accounts.csv changed (row 2 altered)",
                          "events.jsonl changed: 1 rows, recorded were 2 (row 2 is gone)",
                          "run.json is gone", "books/rounds.csv came later"));
}

TEST_F(Manifest, WhoSignedItCanBeHeldToIt) {
  const std::string secret(64, '7'), path = dir_ + "/manifest.json";
  ASSERT_TRUE(write_manifest(dir_, secret));
  EXPECT_THAT(changes(), IsEmpty());
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  put("manifest.json", text.str() + "\n");
  const std::string told = "manifest.json is not as " + ed25519_public(secret) + " signed it";
  EXPECT_THAT(changes(), ElementsAre(told));
  put("manifest.json", text.str());
  EXPECT_THAT(changes(), IsEmpty());
  std::filesystem::remove(path + ".sig");
  EXPECT_THAT(changes(), ElementsAre(told));
}

TEST_F(Manifest, WithoutOneNobodyCanSay) {
  std::filesystem::remove(dir_ + "/manifest.json");
  EXPECT_EQ(changes_since_recorded(dir_).error().code, ExitCode::usage);
  EXPECT_EQ(manifest_sha256(dir_), "");
  for (const char* text : {"", "{", "[]", R"({"schema":"other","files":{}})",
                           R"({"schema":"rehearse.manifest/1","files":{"a":{"sha256":1}}})"}) {
    put("manifest.json", text);
    EXPECT_EQ(changes_since_recorded(dir_).error().code, ExitCode::usage) << text;
  }
}

}  // namespace
}  // namespace rehearse
