// Versions of settings that nobody may have published, and what was done by them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

SettingVersion version_made(int64_t version, const std::string& content, int64_t from_ms) {
  return {"texts", version, content, sha256_hex(content), "officer-1", "officer-2", from_ms};
}
SettingUse use_of(const char* use, const SettingVersion& version, int64_t at_ms) {
  return {use, version.setting, version.version, version.content_hash, at_ms};
}

class SettingsPublished : public testing::Test {
 protected:
  SettingsPublished() {
    run_.capabilities.insert("settings");
    const auto first = version_made(1, "one", 1'000), second = version_made(2, "two", 50'000);
    run_.books.settings = {{first, second}};
    run_.books.setting_uses = {
        {use_of("m1", first, 2'000), use_of("m2", first, 52'000), use_of("m3", second, 60'000)}};
  }
  std::string first_witness() {
    const Finding found = finding_of(run_, "settings_published");
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  SettingUse& last_use() { return run_.books.setting_uses->back(); }
  SettingVersion& last_version() { return run_.books.settings->back(); }
  RecordedRun run_ = honest_run();
};

TEST_F(SettingsPublished, EachUseIsOfTheVersionInForce) {
  EXPECT_EQ(finding_of(run_, "settings_published").verdict, Verdict::pass) << first_witness();
  EXPECT_TRUE(red(run_).empty());
}

TEST_F(SettingsPublished, AVersionThatWasReplacedLongBefore) {
  run_.books.setting_uses->push_back(use_of("m4", run_.books.settings->front(), 56'000));
  EXPECT_EQ(red(run_), std::set<std::string>{"settings_published"});
  EXPECT_THAT(first_witness(), testing::HasSubstr("m4: by version 1 of texts, which was replaced"));
}

TEST_F(SettingsPublished, AVersionBeforeItHeld) {
  last_use().at_ms = 44'000;
  EXPECT_THAT(first_witness(), testing::HasSubstr("m3: by version 2 of texts before it held"));
}

TEST_F(SettingsPublished, AVersionThatNobodyPublished) {
  last_use().version = 3;
  EXPECT_THAT(first_witness(), testing::HasSubstr("which nobody published"));
  EXPECT_TRUE(red(run_).contains("settings_published"));
}

TEST_F(SettingsPublished, AnotherContentThanItsHashSays) {
  last_use().content_hash = "x";
  EXPECT_THAT(first_witness(), testing::HasSubstr("by another content"));
  last_version().content = "three";
  EXPECT_THAT(first_witness(), testing::HasSubstr("not that of its hash"));
}

TEST_F(SettingsPublished, OneThatOnePersonPublishedOrThatIsMissing) {
  last_version().approved_by = "officer-1";
  EXPECT_THAT(first_witness(), testing::HasSubstr("approved by `officer-1`"));
  last_version().approved_by = "officer-2";
  run_.books.settings->erase(run_.books.settings->begin());
  EXPECT_THAT(first_witness(), testing::HasSubstr("version 2 follows on 0"));
  run_.books.settings.reset();
  EXPECT_EQ(finding_of(run_, "settings_published").verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
