// Settings are listed and published by whoever of the component answers, signed by two.
#include "platform/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../base/test_server.hpp"
#include "base/sha256.hpp"
#include "runbook/action.hpp"
#include "two_officers.hpp"

namespace rehearse {
namespace {

// Keeps what two officers signed, as the consumer does.
class FakeSettings {
 public:
  uint16_t port() const { return server_.port(); }

 private:
  std::string answer(const std::string& request) {
    if (request.starts_with("POST") && !publish(request.substr(request.find("\r\n\r\n") + 4)))
      return test::http_answer("403 no", R"({"reason":"signature"})");
    nlohmann::json said = {{"version", contents_.size()}, {"versions", nlohmann::json::array()}};
    for (size_t i = contents_.size(); i > 0; --i)
      said["versions"].push_back(
          {{"setting", "texts"}, {"version", i}, {"content", contents_[i - 1]}});
    return test::http_answer("200 OK", said.dump());
  }
  bool publish(const std::string& body) {
    const auto json = nlohmann::json::parse(body);
    const auto word = [&](const char* key) { return json[key].get<std::string>(); };
    const std::string text =
        "setting|" + word("key") + "|" + word("setting") + "|" + sha256_hex(word("content"));
    if (!officers_.are_signatures_of(text, json)) return false;
    contents_.push_back(word("content"));
    return true;
  }

  test::OfficersCheck officers_;
  std::vector<std::string> contents_ = {"one", "two"};
  test::AnsweringServer server_{[this](const std::string& request) { return answer(request); }};
};

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    ComponentEntry consumer;
    consumer.name = "consumer";
    consumer.port = settings_.port();
    stack_.file.components = {consumer};
    stack_.file.publishing = {"consumer", "/control/settings", "desk"};
    stack_.nodes.push_back({"consumer-1", "consumer", "az-1", "127.0.0.1", 1, {}});
    test::add_two_officers(stack_);
  }
  FakeSettings settings_;
  Stack stack_;
};

TEST_F(SettingsTest, GoingBackPublishesTheContentOfThen) {
  const auto published = publish_setting(stack_, "k1", "texts", "three");
  ASSERT_TRUE(published) << published.error().message;
  EXPECT_EQ(*published, 3);
  const ActionContext context{stack_, {}};
  const auto back = find_action("roll_back_setting")
                        ->make({"roll_back_setting", {{"setting", "texts"}, {"version", "1"}}});
  ASSERT_TRUE(back->give(context));
  ASSERT_TRUE(*back->seen(context));
  EXPECT_EQ((*back->seen(context))->at("version"), "4");
  const auto all = published_settings(stack_);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->front().content, "one");
}

TEST_F(SettingsTest, AVersionThatWasNeverThereIsRefused) {
  const auto back = find_action("roll_back_setting")
                        ->make({"roll_back_setting", {{"setting", "texts"}, {"version", "9"}}});
  EXPECT_EQ(back->give({stack_, {}}).error().message, "texts has no version 9");
}

TEST_F(SettingsTest, WhatThePlatformRefusesOrHasNotIsAnError) {
  stack_.nodes[2].env["OFFICER_KEY"] = std::string(64, '3');
  EXPECT_THAT(publish_setting(stack_, "k1", "texts", "x").error().message,
              testing::HasSubstr("consumer-1 answers 403"));
  stack_.nodes.erase(stack_.nodes.begin());
  EXPECT_THAT(published_settings(stack_).error().message,
              testing::HasSubstr("its part is not raised"));
  stack_.file.publishing.reset();
  EXPECT_FALSE(publish_setting(stack_, "k1", "texts", "x"));
}

}  // namespace
}  // namespace rehearse
