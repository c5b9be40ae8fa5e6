#include "platform/officers.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.hpp"
#include "base/ed25519.hpp"

namespace rehearse {
namespace {

constexpr int64_t signature_valid_s = 300;
constexpr size_t nonce_bytes = 16;

struct Officer {
  std::string name, secret;
};

std::vector<Officer> officers_of(const Stack& stack, const std::string& component) {
  std::vector<Officer> officers;
  for (const Node* node : stack.of_component(component)) {
    const auto name = node->env.find("OFFICER"), key = node->env.find("OFFICER_KEY");
    if (name != node->env.end() && key != node->env.end())
      officers.push_back({name->second, key->second});
  }
  return officers;
}

// "EXPIRES.NONCE.SIGNATURE" over "TEXT|EXPIRES|NONCE".
std::string sealed_by(const Officer& officer, const std::string& text) {
  const int64_t expires_s = wall_ns() / ns_per_s + signature_valid_s;
  const std::string nonce = random_hex(nonce_bytes);
  return fmt::format("{}.{}.{}", expires_s, nonce,
                     ed25519_sign(officer.secret, fmt::format("{}|{}|{}", text, expires_s, nonce)));
}

}  // namespace

Result<nlohmann::json> signed_by_two(const Stack& stack, const std::string& component,
                                     const std::string& text) {
  const auto officers = officers_of(stack, component);
  if (officers.size() < 2)
    return fail(ExitCode::machine, fmt::format("{} has {} officers with a key: two must sign",
                                               component, officers.size()));
  return nlohmann::json{{"proposed_by", officers[0].name},
                        {"proposed_sig", sealed_by(officers[0], text)},
                        {"approved_by", officers[1].name},
                        {"approved_sig", sealed_by(officers[1], text)}};
}

}  // namespace rehearse
