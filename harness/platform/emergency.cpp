#include "platform/emergency.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "base/json_field.hpp"

namespace rehearse {
namespace {

constexpr int64_t emergency_connect_ms = 500, emergency_total_ms = 3'000;
constexpr int64_t signature_valid_s = 300;
constexpr size_t nonce_bytes = 16;

// A node of the component that answers for emergencies.
Result<const Node*> emergency_node(const Stack& stack) {
  if (!stack.file.emergency) return fail(ExitCode::machine, "the platform knows no emergency");
  const auto nodes = stack.of_component(stack.file.emergency->component);
  if (!nodes.empty()) return nodes.front();
  return fail(ExitCode::machine, fmt::format("the stack has no {}: its part is not raised",
                                             stack.file.emergency->component));
}

struct Officer {
  std::string name, secret;
};

std::vector<Officer> officers_of(const Stack& stack) {
  std::vector<Officer> officers;
  for (const Node* node : stack.of_component(stack.file.emergency->officers)) {
    const auto name = node->env.find("OFFICER"), key = node->env.find("OFFICER_KEY");
    if (name != node->env.end() && key != node->env.end())
      officers.push_back({name->second, key->second});
  }
  return officers;
}

// "EXPIRES.NONCE.SIGNATURE" over "TEXT|EXPIRES|NONCE", as the platform's officers sign.
std::string sealed_by(const Officer& officer, const std::string& text) {
  const int64_t expires_s = wall_ns() / ns_per_s + signature_valid_s;
  const std::string nonce = random_hex(nonce_bytes);
  return fmt::format("{}.{}.{}", expires_s, nonce,
                     ed25519_sign(officer.secret, fmt::format("{}|{}|{}", text, expires_s, nonce)));
}

}  // namespace

Status change_emergency(const Stack& stack, bool declare, const std::string& reason) {
  const auto node = emergency_node(stack);
  if (!node) return std::unexpected(node.error());
  const auto officers = officers_of(stack);
  if (officers.size() < 2)
    return fail(ExitCode::machine, fmt::format("{} has {} officers with a key: two must sign",
                                               stack.file.emergency->officers, officers.size()));
  const std::string action = declare ? "declare" : "end";
  const std::string text = fmt::format("emergency|{}|{}", action, reason);
  const nlohmann::json body = {{"action", action},
                               {"reason", reason},
                               {"proposed_by", officers[0].name},
                               {"proposed_sig", sealed_by(officers[0], text)},
                               {"approved_by", officers[1].name},
                               {"approved_sig", sealed_by(officers[1], text)}};
  const HttpRequest request{
      "POST", stack.file.emergency->path, {{"Content-Type", "application/json"}}, body.dump()};
  const auto answer =
      http_call(stack.endpoint(**node), request, emergency_connect_ms, emergency_total_ms);
  if (answer && answer->status == 200) return {};
  return fail(ExitCode::machine,
              fmt::format("{} does not {} the emergency: {}", (*node)->name, action,
                          answer ? fmt::format("status {} {}", answer->status, answer->body)
                                 : answer.error().message));
}

Result<bool> emergency_is_on(const Stack& stack) {
  const auto node = emergency_node(stack);
  if (!node) return std::unexpected(node.error());
  const auto answer = http_call(stack.endpoint(**node), {"GET", "/status", {}, ""},
                                emergency_connect_ms, emergency_total_ms);
  const auto json = answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
  const int64_t on =
      json.is_object() ? field(json, stack.file.emergency->field.c_str(), int64_t{-1}) : -1;
  if (on >= 0) return on == 1;
  return fail(ExitCode::machine,
              fmt::format("{} says nothing of {}", (*node)->name, stack.file.emergency->field));
}

Result<std::optional<std::string>> emergency_left(const Stack& stack) {
  if (!emergency_node(stack)) return std::nullopt;
  const auto on = emergency_is_on(stack);
  if (!on) return std::unexpected(on.error());
  return *on ? std::optional<std::string>("the emergency is still declared") : std::nullopt;
}

}  // namespace rehearse
