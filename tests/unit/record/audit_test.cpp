// A trail that is as it was written has nothing wrong; whatever is done to one line shows.
#include "record/audit.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    auto trail = std::move(*AuditTrail::create(dir_));
    trail->add("run", "begun", "zone-loss, seed 7");
    trail->add("fault", "az effective");
    trail->add("switch", "postgres-2 primary");
    trail->add("approval", "book.over signed", "anna \"the\" lead\n\xff");
    trail->add("run", "ended");
    EXPECT_TRUE(trail->seal("manifest", secret_));
    for (std::istringstream in(*read_file(path())); std::getline(in, lines_.emplace_back());) {
    }
    lines_.pop_back();
  }

  std::string path() const { return dir_ + "/audit.jsonl"; }
  Lines wrong_of(const std::string& text) const {
    std::ofstream(path()) << text;
    return read_audit(dir_)->wrong;
  }
  static std::string joined(const Lines& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }
  // The line with something else in it, and a sum that is right.
  static std::string forged(std::string line, const std::string& from, const std::string& to) {
    line.replace(line.find(from), from.size(), to);
    const size_t end = line.rfind(",\"sha256\"");
    return line.substr(0, end) + ",\"sha256\":\"" + sha256_hex(line.substr(0, end)) + "\"}";
  }

  const std::string secret_ = std::string(64, '7');
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  Lines lines_;
};

TEST_F(AuditTest, AsItWasWrittenNothingIsWrong) {
  const auto reading = read_audit(dir_);
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->wrong.empty()) << reading->wrong[0];
  EXPECT_EQ(reading->lines, 6);
  EXPECT_EQ(reading->manifest_sha256, "manifest");
  EXPECT_EQ(reading->signed_by, ed25519_public(secret_));
  EXPECT_FALSE(AuditTrail::create(dir_)) << "a trail is never written over";
  std::filesystem::remove(path());
  EXPECT_FALSE(read_audit(dir_));
}

TEST_F(AuditTest, WithoutAKeyNobodySigned) {
  std::filesystem::remove(path());
  auto trail = std::move(*AuditTrail::create(dir_));
  ASSERT_TRUE(trail->seal("manifest", ""));
  const auto reading = read_audit(dir_);
  EXPECT_TRUE(reading->wrong.empty()) << reading->wrong[0];
  EXPECT_EQ(reading->signed_by, "");
}

TEST_F(AuditTest, SaysWhichLineIsMissingAlteredMovedOrAdded) {
  Lines lines = lines_;
  lines.erase(lines.begin() + 2);
  EXPECT_THAT(wrong_of(joined(lines)), ElementsAre("number 3 is missing before line 3"));
  lines = lines_;
  lines[1][40] ^= 1;
  EXPECT_THAT(wrong_of(joined(lines)), ElementsAre("line 2 was altered"));
  lines = lines_;
  std::swap(lines[1], lines[2]);
  EXPECT_THAT(wrong_of(joined(lines)),
              testing::Contains("line 2 is number 3, where 2 belongs: it was moved or added"));
  lines = lines_;
  lines.insert(lines.begin() + 3, lines[1]);
  EXPECT_THAT(wrong_of(joined(lines)),
              testing::Contains("line 4 is number 2, where 4 belongs: it was moved or added"));
  lines = lines_;
  lines[2] = forged(lines[2], "postgres-2", "postgres-3");
  EXPECT_THAT(wrong_of(joined(lines)),
              ElementsAre("line 4 follows another line than the one before it: that was replaced"));
  lines = lines_;
  lines[5] = forged(lines[5], "\"manifest\"", "\"manifess\"");
  EXPECT_THAT(wrong_of(joined(lines)),
              ElementsAre("the signature of the last line is not over this trail"));
  lines = lines_;
  lines.pop_back();
  EXPECT_THAT(wrong_of(joined(lines)),
              ElementsAre("it does not end as it was sealed: lines at its end are missing"));
  EXPECT_THAT(wrong_of(joined(lines_).substr(0, joined(lines_).size() - 1)),
              ElementsAre("the last line was cut off"));
}

// The library keeps the last of two keys, and the first is what was signed.
TEST_F(AuditTest, NothingIsAddedToWhatWasSigned) {
  const std::string added = R"(,"manifest_sha256":"another")";
  const size_t signature = lines_[5].find(",\"signature\""), sum = lines_[5].rfind(",\"sha256\"");
  for (const size_t at : {signature, sum}) {
    Lines lines = lines_;
    lines[5].insert(at, added);
    lines[5] = forged(lines[5], added, added);
    EXPECT_FALSE(wrong_of(joined(lines)).empty()) << lines[5];
  }
  // Also where nobody signed: which of the two holds, cannot be said.
  std::filesystem::remove(path());
  ASSERT_TRUE((*AuditTrail::create(dir_))->seal("manifest", ""));
  std::string line = *read_file(path());
  line = forged(line.substr(0, line.size() - 1), ",\"key\"", added + ",\"key\"");
  EXPECT_THAT(wrong_of(line + "\n"), testing::Contains("line 1 was altered"));
}

// Each byte changed, each line left out, doubled, moved, emptied, forged with a sum that is right;
// the text cut off at each byte.
TEST_F(AuditTest, EveryChangeOfASingleLineIsFound) {
  const std::string whole = joined(lines_);
  std::mt19937_64 random(7);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 + random() % 255));
    EXPECT_FALSE(wrong_of(changed).empty()) << "byte " << at;
    EXPECT_FALSE(wrong_of(whole.substr(0, at)).empty()) << "cut off at " << at;
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    const auto found = [&](const char* what, const std::function<void(Lines&)>& change) {
      Lines lines = lines_;
      change(lines);
      EXPECT_FALSE(wrong_of(joined(lines)).empty()) << what << " line " << i + 1;
    };
    const auto at = [i](Lines& lines) { return lines.begin() + static_cast<int64_t>(i); };
    found("without", [&](Lines& lines) { lines.erase(at(lines)); });
    found("emptied", [&](Lines& lines) { at(lines)->clear(); });
    found("forged", [&](Lines& lines) { *at(lines) = forged(*at(lines), "Z\"", "Y\""); });
    for (size_t to = 0; to <= lines_.size(); ++to) {
      found("doubled", [&](Lines& lines) {
        lines.insert(lines.begin() + static_cast<int64_t>(to), lines_[i]);
      });
      if (to == i || to == i + 1) continue;
      found("moved", [&](Lines& lines) {
        lines.insert(lines.begin() + static_cast<int64_t>(to), lines_[i]);
        lines.erase(lines.begin() + static_cast<int64_t>(to < i ? i + 1 : i));
      });
    }
  }
}

}  // namespace
}  // namespace rehearse
