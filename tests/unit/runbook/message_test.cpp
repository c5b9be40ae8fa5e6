#include "runbook/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.hpp"
#include "runbook/action.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using Lines = std::vector<std::string>;

const std::string good_text =
    "---\nmessage: m\nto: regulator\nform: initial\ndue: 4h\nonly_after: 15m\n---\n"
    "# {{faults}}\n\nSince {{began}}, {{lasting}}. {not one} }} {{run}}\n";

Lines errors(const std::string& text) {
  Lines lines;
  const auto message = parse_message("messages/m.md", text);
  if (message) return lines;
  for (const Diagnostic& diagnostic : message.error()) lines.push_back(to_string(diagnostic));
  return lines;
}

TEST(Message, IsFilledFromTheRunsFacts) {
  const auto message = parse_message("messages/m.md", good_text);
  ASSERT_TRUE(message) << to_string(message.error()[0]);
  EXPECT_EQ(message->to, "regulator");
  EXPECT_EQ(message->due_ms, 4 * 3'600'000);
  EXPECT_EQ(message->only_after_ms, 15 * 60'000);
  EXPECT_EQ(filled(*message, {0, {{"faults", "{{run}} lost"}, {"began", "noon"}, {"run", "r7"}}}),
            "# {{run}} lost\n\nSince noon, not known. {not one} }} r7\n");
}

TEST(Message, EveryMistakeIsNamedWithItsPlace) {
  EXPECT_EQ(errors("hello"),
            Lines{"messages/m.md:1:1: a message begins with its head: `---`, keys, "
                  "`---`"});
  EXPECT_EQ(errors("---\nmessage: n\nfrom: me\n---\nx {{fautls}}\n\n  {{ run}} {{run"),
            (Lines{"messages/m.md:2:1: `message` lacks the key `to`",
                   "messages/m.md:2:10: the message `n` is in the file `m.md`: it must be n.md",
                   "messages/m.md:3:1: unknown key in `message`: `from`, did you mean `form`?",
                   "messages/m.md:5:3: unknown fact `fautls`, did you mean `faults`?",
                   "messages/m.md:7:3: unknown fact ` run`, did you mean `run`?",
                   "messages/m.md:7:12: `{{` is not closed by `}}`"}));
}

// Every fact that is told of can be said, and the engine gives each (incident_test).
TEST(Message, AFactIsNamedOnce) {
  std::set<std::string> names;
  for (const MessageFact& fact : message_facts()) EXPECT_TRUE(names.insert(fact.name).second);
}

class MessageActionTest : public testing::Test {
 protected:
  MessageActionTest() {
    context_.run_dir = folder_.path();
    messages_["m"] = *parse_message("m.md", good_text);
    context_.messages = &messages_;
    context_.step = "book.tell";
    context_.incident = [this] { return Incident{lasting_ms_, {{"run", "r7"}}}; };
  }

  Evidence send() {
    const auto action = find_action("message")->make({"message", {{"template", "m"}}});
    EXPECT_TRUE(action->give(context_));
    return **action->seen(context_);
  }

  const test::TemporaryFolder folder_;
  Stack stack_;
  std::map<std::string, Message> messages_;
  double lasting_ms_ = 16 * 60'000;
  ActionContext context_{stack_, {}};
};

TEST_F(MessageActionTest, IsWrittenIntoTheRunsFolderWithItsDeadlineAsAFact) {
  EXPECT_EQ(send().at("due"), "14400.0 s (kept)");
  EXPECT_THAT(*read_file(context_.run_dir + "/messages/book.tell.m.md"),
              testing::HasSubstr("}} r7"));
  lasting_ms_ = 5 * 3'600'000;
  context_.step = "book.tell-again";
  EXPECT_EQ(send().at("due"), "14400.0 s (missed)");
  EXPECT_TRUE(std::filesystem::exists(context_.run_dir + "/messages/book.tell-again.m.md"));
  EXPECT_TRUE(std::filesystem::exists(context_.run_dir + "/messages/book.tell.m.md"));
}

TEST_F(MessageActionTest, OfAShortIncidentNobodyIsTold) {
  lasting_ms_ = 14 * 60'000;
  EXPECT_THAT(send().at("not_sent"), testing::HasSubstr("only incidents longer than"));
  EXPECT_FALSE(std::filesystem::exists(context_.run_dir + "/messages"));
}

}  // namespace
}  // namespace rehearse
