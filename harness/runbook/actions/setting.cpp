// Two officers publish a further version of a setting: another content, or that of a version
// before. Taken back by: roll_back_setting. Seen: the platform lists it as the newest one.
#include <fmt/format.h>

#include <charconv>

#include "base/ed25519.hpp"
#include "platform/settings.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

constexpr size_t key_bytes = 8;

class PublishSetting : public Action {
 public:
  PublishSetting(std::string setting, std::string content)
      : setting_(std::move(setting)), content_(std::move(content)) {}

  Status give(const ActionContext& context) override {
    const auto version = publish_setting(context.stack, key_, setting_, content_);
    if (!version) return std::unexpected(version.error());
    version_ = *version;
    return {};
  }
  Result<std::optional<Evidence>> seen(const ActionContext& context) override {
    const auto settings = published_settings(context.stack);
    if (!settings) return std::nullopt;
    for (const PublishedSetting& one : *settings)
      if (one.setting == setting_ && one.version >= version_)
        return Evidence{{"setting", setting_}, {"version", fmt::format("{}", version_)}};
    return std::nullopt;
  }

 protected:
  const std::string setting_;
  std::string content_;

 private:
  const std::string key_ = "runbook." + random_hex(key_bytes);
  int64_t version_ = 0;
};

class RollBackSetting final : public PublishSetting {
 public:
  RollBackSetting(std::string setting, int64_t to)
      : PublishSetting(std::move(setting), ""), to_(to) {}

  Status give(const ActionContext& context) override {
    const auto settings = published_settings(context.stack);
    if (!settings) return std::unexpected(settings.error());
    for (const PublishedSetting& one : *settings)
      if (one.setting == setting_ && one.version == to_) {
        content_ = one.content;
        return PublishSetting::give(context);
      }
    return fail(ExitCode::machine, fmt::format("{} has no version {}", setting_, to_));
  }

 private:
  const int64_t to_;
};

int64_t number_in(const std::string& text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ActionSchema publish_setting_action_schema() {
  return {"publish_setting",
          "Two officers publish a further version of texts, bonus rules or limits",
          false,
          true,
          {{"setting", true}, {"content", true}}};
}
std::unique_ptr<Action> make_publish_setting_action(const StepAction& step) {
  return std::make_unique<PublishSetting>(step.params.at("setting"), step.params.at("content"));
}

ActionSchema roll_back_setting_action_schema() {
  return {"roll_back_setting",
          "Two officers publish the content of an earlier version again",
          false,
          true,
          {{"setting", true}, {"version", true}}};
}
std::unique_ptr<Action> make_roll_back_setting_action(const StepAction& step) {
  return std::make_unique<RollBackSetting>(step.params.at("setting"),
                                           number_in(step.params.at("version")));
}

}  // namespace rehearse
