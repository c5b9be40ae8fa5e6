// The platform's officers sign as its own check of signatures wants it.
#include "platform/emergency.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "../base/test_server.hpp"
#include "two_officers.hpp"

namespace rehearse {
namespace {

// Declares and ends what two officers signed, as the lifeline does.
class FakeLifeline {
 public:
  uint16_t port() const { return server_.port(); }

 private:
  std::string answer(const std::string& request) {
    const std::string body = request.starts_with("GET")
                                 ? status()
                                 : changed(request.substr(request.find("\r\n\r\n") + 4));
    return test::http_answer(body == "no" ? "403 no" : "200 OK", body);
  }
  std::string status() const { return fmt::format("{{\"emergency\":{}}}", on_ ? 1 : 0); }
  std::string changed(const std::string& body) {
    const auto json = nlohmann::json::parse(body);
    const std::string text = fmt::format("emergency|{}|{}", json["action"].get<std::string>(),
                                         json["reason"].get<std::string>());
    if (!officers_.are_signatures_of(text, json)) return "no";
    on_ = json["action"] == "declare";
    return "{}";
  }

  test::OfficersCheck officers_;
  std::atomic<bool> on_ = false;
  test::AnsweringServer server_{[this](const std::string& request) { return answer(request); }};
};

class EmergencyTest : public testing::Test {
 protected:
  EmergencyTest() {
    ComponentEntry lifeline;
    lifeline.name = "lifeline";
    lifeline.port = lifeline_.port();
    stack_.file.components = {lifeline};
    stack_.file.emergency = {"lifeline", "/control/emergency", "emergency", "desk"};
    stack_.nodes.push_back({"lifeline-1", "lifeline", "l", "127.0.0.1", 1, {}});
    test::add_two_officers(stack_);
  }
  FakeLifeline lifeline_;
  Stack stack_;
};

TEST_F(EmergencyTest, TwoOfficersDeclareItAndEndIt) {
  EXPECT_FALSE(emergency_is_on(stack_).value_or(true));
  const Status declared = change_emergency(stack_, true, "zone_lost");
  EXPECT_TRUE(declared) << declared.error().message;
  EXPECT_TRUE(emergency_is_on(stack_).value_or(false));
  EXPECT_TRUE(change_emergency(stack_, false, "zone_lost"));
  EXPECT_FALSE(emergency_is_on(stack_).value_or(true));
}

TEST_F(EmergencyTest, ThatIsStillOnIsLeftBehind) {
  EXPECT_EQ(emergency_left(stack_), std::nullopt);
  ASSERT_TRUE(change_emergency(stack_, true, "zone_lost"));
  EXPECT_EQ(emergency_left(stack_), "the emergency is still declared");
}

TEST_F(EmergencyTest, WhetherItIsLeftIsUnknownOfOneThatSaysNothing) {
  stack_.file.emergency->field = "no_such";
  EXPECT_FALSE(emergency_left(stack_));
}

TEST_F(EmergencyTest, WhatThePlatformRefusesIsAnError) {
  stack_.nodes[2].env["OFFICER_KEY"] = std::string(64, '3');
  const Status declared = change_emergency(stack_, true, "zone_lost");
  ASSERT_FALSE(declared);
  EXPECT_THAT(declared.error().message, testing::HasSubstr("does not declare the emergency"));
}

TEST_F(EmergencyTest, OneOfficerIsNotEnough) {
  stack_.nodes.pop_back();
  EXPECT_THAT(change_emergency(stack_, true, "x").error().message,
              testing::HasSubstr("1 officers with a key: two must sign"));
}

TEST_F(EmergencyTest, WithoutThePartOrTheWayThereIsNone) {
  stack_.nodes.erase(stack_.nodes.begin());
  EXPECT_THAT(change_emergency(stack_, true, "x").error().message,
              testing::HasSubstr("its part is not raised"));
  stack_.file.emergency.reset();
  EXPECT_FALSE(emergency_is_on(stack_));
  EXPECT_EQ(emergency_left(stack_), std::nullopt);
}

}  // namespace
}  // namespace rehearse
