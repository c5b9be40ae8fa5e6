#include "runbook/approvals.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "runbook/approval_files.hpp"
#include "runbook_fixture.hpp"

namespace rehearse::runbook_test {
namespace {

using testing::HasSubstr;

class ApprovalsTest : public RunbookTest {
 protected:
  ApprovalsTest() : approver_(approvals_in(dir_, "run-1", people_, Signers::people)) { ask(); }

  const RunbookStep& step() const { return runbook_.steps[0]; }
  void ask() {
    record_.step = "book.over";
    record_.content_sha256 = sha256_hex(step().content);
    ASSERT_TRUE(approver_->ask(step(), record_));
  }
  void look() { approver_->look(step(), record_); }

  // Signed by that key over this claim, or what of it is changed.
  std::string put(char digit, ApprovalClaim claim) {
    ApprovalFile file{claim, ed25519_public(secret_of(digit)), ""};
    file.signature = ed25519_sign(secret_of(digit), approval_text(claim));
    return *write_approval(dir_, file);
  }
  ApprovalClaim claim() const {
    return {"run-1",
            "book.over",
            record_.content_sha256,
            wall_ns() / ns_per_s + 10,
            random_hex(16),
            record_.approval_request};
  }
  std::string refused() {
    look();
    EXPECT_TRUE(record_.approvals.empty());
    return record_.refused.empty() ? "" : record_.refused.back();
  }

  std::unique_ptr<Approver> approver_;
  StepRecord record_;
};

TEST_F(ApprovalsTest, TwoPeopleWithTheRoleApprove) {
  const auto request = find_request(dir_, "over");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->step, "book.over");
  EXPECT_EQ(request->content, step().content);
  ASSERT_TRUE(approve(dir_, *request, people_, secret_of('2')));
  look();
  EXPECT_EQ(record_.approvals.size(), 1u);
  ASSERT_TRUE(approve(dir_, *find_request(dir_, "book.over"), people_, secret_of('3')));
  look();
  ASSERT_EQ(record_.approvals.size(), 2u);
  EXPECT_EQ(record_.approvals[0].person, "anna");
  EXPECT_EQ(record_.approvals[1].person, "ben");
  EXPECT_TRUE(record_.refused.empty());
}

TEST_F(ApprovalsTest, TheSamePersonTwiceCountsOnce) {
  put('2', claim());
  put('2', claim());
  look();
  EXPECT_EQ(record_.approvals.size(), 1u);
  ASSERT_EQ(record_.refused.size(), 1u);
  EXPECT_THAT(record_.refused[0], HasSubstr("anna: has signed already: another person must"));
}

TEST_F(ApprovalsTest, AnUnknownKeyIsNamed) {
  put('9', claim());
  EXPECT_THAT(refused(), HasSubstr("of nobody in the file of people"));
}

TEST_F(ApprovalsTest, WhoExecutesCannotApprove) {
  put('1', claim());
  EXPECT_THAT(refused(), HasSubstr("dora: executes the step"));
}

TEST_F(ApprovalsTest, WhoHasNotTheRoleCannotApprove) {
  put('4', claim());
  EXPECT_THAT(refused(), HasSubstr("sam: has not the role lead"));
}

TEST_F(ApprovalsTest, ATestKeyCountsOnlyWhereItIsAskedFor) {
  put('5', claim());
  EXPECT_THAT(refused(), HasSubstr("robot: a test key"));
}

TEST_F(ApprovalsTest, TooLateIsTooLate) {
  ApprovalClaim late = claim();
  late.expires_s = wall_ns() / ns_per_s - 5;
  put('2', late);
  EXPECT_THAT(refused(), HasSubstr("anna: too late: it held until"));
}

TEST_F(ApprovalsTest, ForAnotherRunStepOrContentDoesNotCount) {
  ApprovalClaim other = claim();
  other.run = "run-2";
  put('2', other);
  EXPECT_THAT(refused(), HasSubstr("signed for the run `run-2`, not for run-1"));
  other = claim();
  other.content_sha256 = sha256_hex("another");
  put('2', other);
  EXPECT_THAT(refused(), HasSubstr("another content"));
  // Of another step, under the name of a file of this one.
  other = claim();
  other.step = "book.look";
  std::filesystem::rename(put('2', other), dir_ + "/approvals/book.over.moved.json");
  EXPECT_THAT(refused(), HasSubstr("signed for the step `book.look`"));
}

// A folder's name is no run: the same one is given again.
TEST_F(ApprovalsTest, WhatWasSignedForAnotherRunOfTheSameNameDoesNotCount) {
  const ApprovalClaim before = claim();
  ask();
  put('2', before);
  EXPECT_THAT(refused(), HasSubstr("signed for another run of this name"));
}

TEST_F(ApprovalsTest, ASignatureHoldsNoLongerThanWasAsked) {
  ApprovalClaim longer = claim();
  longer.expires_s = find_request(dir_, "over")->until_s + 1;
  put('2', longer);
  EXPECT_THAT(refused(), HasSubstr("anna: it holds until"));
}

TEST_F(ApprovalsTest, AReplayedSignatureDoesNotCount) {
  const std::string first = put('2', claim());
  std::filesystem::copy(first, dir_ + "/approvals/book.over.zz-again.json");
  look();
  EXPECT_EQ(record_.approvals.size(), 1u);
  ASSERT_EQ(record_.refused.size(), 1u);
  EXPECT_THAT(record_.refused[0], HasSubstr("replayed"));
}

// Whatever single byte of a signed file is changed, it does not count, or says the same as before.
TEST_F(ApprovalsTest, NoChangedByteOfAFileCounts) {
  const ApprovalClaim signed_claim = claim();
  const std::string path = put('2', signed_claim);
  const std::string text = *read_file(path);
  const nlohmann::json before = nlohmann::json::parse(text);
  std::filesystem::remove(path);
  std::mt19937_64 random(7);
  int counted = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ (1 + random() % 127));
    const auto approver = approvals_in(dir_, "run-1", people_, Signers::people);
    StepRecord record = record_;
    write(fmt::format("approvals/book.over.{}.json", at), changed);
    approver->look(step(), record);
    std::filesystem::remove(fmt::format("{}/approvals/book.over.{}.json", dir_, at));
    if (record.approvals.empty()) {
      EXPECT_EQ(record.refused.size(), 1u) << at;
      continue;
    }
    ++counted;
    EXPECT_EQ(nlohmann::json::parse(changed, nullptr, false), before) << at;
  }
  EXPECT_LT(counted, 40);  // blanks between the fields
}

TEST_F(ApprovalsTest, WhatIsNoApprovalIsMalformed) {
  for (const char* text :
       {"", "[]", "{}", "{\"schema\":\"rehearse.approval/2\"}", "\xff", "{\"a\":"}) {
    write("approvals/book.over.bad.json", text);
    const auto file = read_approval(dir_ + "/approvals/book.over.bad.json");
    ASSERT_FALSE(file) << text;
    EXPECT_THAT(file.error().message, HasSubstr("malformed")) << text;
  }
  EXPECT_THAT(refused(), HasSubstr("approvals/`book.over.bad.json`: malformed"));
}

// Whatever somebody puts there, a terminal shows it and does nothing else.
TEST_F(ApprovalsTest, NothingOfAnApprovalReachesATerminalRaw) {
  const std::string clear = "\x1b[2J";
  const std::string path = put('2', claim());
  const auto whole = nlohmann::json::parse(*read_file(path));
  std::filesystem::remove(path);
  const auto said = [&](const std::string& key, const std::string& value) {
    auto file = whole;
    file[key] = value;
    write("approvals/book.over." + clear + key + ".json", file.dump());
    return refused();
  };
  for (const std::string& text :
       {said("key", clear), said("key" + clear, "x"), said("step", clear)}) {
    EXPECT_THAT(text, HasSubstr("book.over.?[2J"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  }
  EXPECT_THAT(record_.refused[0], HasSubstr("malformed: `key` is no key"));
  write("approvals/" + clear + ".request.json", "{}");
  EXPECT_EQ(find_request(dir_, "none").error().message.find('\x1b'), std::string::npos);
  EXPECT_EQ(find_request(dir_, clear).error().message.find('\x1b'), std::string::npos);
}

TEST_F(ApprovalsTest, ARequestThatATerminalWouldNotShowIsNotSigned) {
  const std::string name = "approvals/book.over.request.json";
  auto request = nlohmann::json::parse(*read_file(dir_ + "/" + name));
  request["content"] = "harmless\x1b[8m harm";
  request["content_sha256"] = sha256_hex("harmless\x1b[8m harm");
  write(name, request.dump());
  EXPECT_THAT(find_request(dir_, "over").error().message, HasSubstr("a terminal does not show"));
}

// Reading it would wait for whoever writes.
TEST_F(ApprovalsTest, APipeAmongTheApprovalsIsNoneAndHoldsNobodyUp) {
  ASSERT_EQ(::mkfifo((dir_ + "/approvals/book.over.pipe.json").c_str(), 0600), 0);
  EXPECT_THAT(refused(), HasSubstr("no regular file"));
}

TEST_F(ApprovalsTest, TheMachineSignsByTestKeysWhereItIsAskedFor) {
  approver_ = approvals_in(dir_, "run-1", people_, Signers::test_keys);
  ask();
  look();
  ASSERT_EQ(record_.approvals.size(), 2u);
  EXPECT_TRUE(record_.approvals[0].test_key);
  EXPECT_NE(record_.approvals[0].person, record_.approvals[1].person);
}

TEST_F(ApprovalsTest, WhoMayNotApproveIsToldAtOnce) {
  const ApprovalRequest request = *find_request(dir_, "over");
  EXPECT_THAT(approve(dir_, request, people_, secret_of('1')).error().message,
              HasSubstr("dora executes book.over and cannot approve it"));
  EXPECT_THAT(approve(dir_, request, people_, secret_of('4')).error().message,
              HasSubstr("sam has not the role lead"));
  EXPECT_THAT(approve(dir_, request, people_, secret_of('9')).error().message,
              HasSubstr("its public half is `key: " + ed25519_public(secret_of('9'))));
}

TEST_F(ApprovalsTest, WhatDoesNotWaitIsNotSigned) {
  EXPECT_THAT(find_request(dir_, "look").error().message, HasSubstr("asked are: `book.over`"));
  const std::string path = dir_ + "/approvals/book.over.request.json";
  auto request = nlohmann::json::parse(*read_file(path));
  request["content"] = "nothing much";
  write("approvals/book.over.request.json", request.dump());
  EXPECT_THAT(find_request(dir_, "over").error().message, HasSubstr("do not sign it"));
  write("manifest.json", "{}");
  EXPECT_THAT(find_request(dir_, "over").error().message, HasSubstr("the run has ended"));
}

TEST_F(ApprovalsTest, ARequestIsOfItsFolderItsFileAndItsTime) {
  const std::string name = "approvals/book.over.request.json";
  const auto asked = nlohmann::json::parse(*read_file(dir_ + "/" + name));
  const auto answer = [&](const char* key, const nlohmann::json& value) {
    auto request = asked;
    request[key] = value;
    write(name, request.dump());
    const auto found = find_request(dir_, "over");
    return found ? "" : found.error().message;
  };
  EXPECT_EQ(answer("run", "run-1"), "");
  EXPECT_THAT(answer("run", "run-2"), HasSubstr("it is of another run; do not sign it"));
  EXPECT_THAT(answer("step", "book.look"), HasSubstr("it is of another step; do not sign it"));
  EXPECT_THAT(answer("until_s", wall_ns() / ns_per_s - 5),
              HasSubstr("too late: book.over waited for approval until"));
  write(name, asked.dump());
  EXPECT_TRUE(find_request(dir_ + "/", "over"));
  std::filesystem::create_symlink(dir_, root_ + "/latest");
  EXPECT_TRUE(find_request(root_ + "/latest", "over"));
}

TEST_F(ApprovalsTest, ASecretKeyIsHexOrPemAndNobodyElsesToRead) {
  const std::string path = dir_ + "/me.key";
  write("me.key", secret_of('2') + "\n");
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(read_secret_key(path).value_or(""), secret_of('2'));
  // RFC 8410, section 10.3.
  write("me.key",
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "-----END PRIVATE KEY-----\n");
  EXPECT_EQ(read_secret_key(path).value_or(""),
            "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
  write("me.key", "hello");
  EXPECT_THAT(read_secret_key(path).error().message, HasSubstr("no secret key of Ed25519"));
  for (const mode_t mode : {0604, 0640, 0666, 0644}) {
    ::chmod(path.c_str(), mode);
    EXPECT_THAT(read_secret_key(path).error().message, HasSubstr("chmod 600")) << mode;
  }
  EXPECT_FALSE(read_secret_key(dir_ + "/none"));
}

}  // namespace
}  // namespace rehearse::runbook_test
