#include "platform/settings.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_field.hpp"
#include "base/sha256.hpp"
#include "platform/officers.hpp"

namespace rehearse {
namespace {

constexpr int64_t settings_connect_ms = 500, settings_total_ms = 3'000;

// What the first node says that answers with 200.
Result<nlohmann::json> ask_for_settings(const Stack& stack, const std::string& method,
                                        const std::string& body) {
  if (!stack.file.publishing) return fail(ExitCode::machine, "the platform has no settings");
  std::string why =
      fmt::format("the stack has no {}: its part is not raised", stack.file.publishing->component);
  for (const Node* node : stack.of_component(stack.file.publishing->component)) {
    const HttpRequest request{
        method, stack.file.publishing->path, {{"Content-Type", "application/json"}}, body};
    const auto answer =
        http_call(stack.endpoint(*node), request, settings_connect_ms, settings_total_ms);
    auto json = answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
    if (answer && answer->status == 200 && json.is_object()) return json;
    why = fmt::format("{} {}", node->name,
                      answer ? fmt::format("answers {} {}", answer->status, answer->body)
                             : "does not answer: " + answer.error().message);
  }
  return fail(ExitCode::machine, "settings: " + why);
}

}  // namespace

Result<std::vector<PublishedSetting>> published_settings(const Stack& stack) {
  const auto said = ask_for_settings(stack, "GET", "");
  if (!said) return std::unexpected(said.error());
  std::vector<PublishedSetting> settings;
  for (const auto& one : said->value("versions", nlohmann::json::array()))
    settings.push_back(
        {field(one, "setting", ""), field(one, "content", ""), field(one, "version", int64_t{0})});
  return settings;
}

Result<int64_t> publish_setting(const Stack& stack, const std::string& key,
                                const std::string& setting, const std::string& content) {
  if (!stack.file.publishing) return fail(ExitCode::machine, "the platform has no settings");
  auto body = signed_by_two(stack, stack.file.publishing->officers,
                            fmt::format("setting|{}|{}|{}", key, setting, sha256_hex(content)));
  if (!body) return std::unexpected(body.error());
  body->update({{"key", key}, {"setting", setting}, {"content", content}});
  const auto said = ask_for_settings(stack, "POST", body->dump());
  if (!said) return std::unexpected(said.error());
  return field(*said, "version", int64_t{0});
}

}  // namespace rehearse
