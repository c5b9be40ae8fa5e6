#include "base/etcd.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/base64.hpp"
#include "base/json_field.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

// The gateway writes 64-bit numbers as texts.
int64_t number_in(const json& object, const char* name) {
  const std::string text = field(object, name, "");
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

Result<json> etcd_asked(const Endpoint& member, const char* path, const json& body,
                        int64_t total_ms, const TlsTrust* trust) {
  const auto answer =
      http_call(member, {"POST", path, {{"Content-Type", "application/json"}}, body.dump()},
                total_ms, total_ms, trust);
  if (!answer) return fail(ExitCode::machine, answer.error().message);
  json said = json::parse(answer->body, nullptr, false);
  // Whoever has no header and no revision is not etcd.
  if (answer->status != 200 || !said.is_object() || !said.contains("header") ||
      number_in(said["header"], "revision") <= 0)
    return fail(ExitCode::machine, fmt::format("{}:{}{}: {} {}", member.address, member.port, path,
                                               answer->status, answer->body.substr(0, 200)));
  return said;
}

}  // namespace

Result<EtcdValue> etcd_get(const Endpoint& member, const std::string& key, int64_t total_ms,
                           const TlsTrust* trust) {
  const auto said = etcd_asked(member, "/v3/kv/range", {{"key", base64_of(key)}}, total_ms, trust);
  if (!said) return std::unexpected(said.error());
  const auto pairs = said->find("kvs");
  if (pairs == said->end()) return EtcdValue{};
  const bool one = pairs->is_array() && pairs->size() == 1 && pairs->front().is_object();
  const json pair = one ? pairs->front() : json::object();
  const auto value = of_base64(field(pair, "value", ""));
  const EtcdValue found{value.value_or(""), number_in(pair, "mod_revision")};
  if (!value || found.revision <= 0 || field(pair, "key", "") != base64_of(key))
    return fail(ExitCode::machine, fmt::format("{}:{} says nothing of {}: {}", member.address,
                                               member.port, key, said->dump().substr(0, 200)));
  return found;
}

Result<bool> etcd_put(const Endpoint& member, const std::string& key, const std::string& value,
                      int64_t revision, int64_t total_ms, const TlsTrust* trust) {
  // A key that is not there has the revision 0.
  const json compared = {{"key", base64_of(key)},
                         {"target", "MOD"},
                         {"result", "EQUAL"},
                         {"mod_revision", std::to_string(revision)}};
  const json put = {{"key", base64_of(key)}, {"value", base64_of(value)}};
  const auto said = etcd_asked(
      member, "/v3/kv/txn",
      {{"compare", json::array({compared})}, {"success", json::array({{{"request_put", put}}})}},
      total_ms, trust);
  if (!said) return std::unexpected(said.error());
  return field(*said, "succeeded", false);
}

}  // namespace rehearse
