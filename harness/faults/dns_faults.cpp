// The ways in which the name of the platform fails, as rows of data over one mechanism: the role
// beside the name server is told over its control network, and obeys (fixtures/casino/dns).
//
// Heals by: telling it to stop. One that is not told again within a few seconds stops by itself.
// What resolvers have remembered meanwhile, they remember until its TTL ends.
// Effect: what the harness itself is answered by every server that the fault is aimed at.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "faults/fault.hpp"
#include "platform/orders.hpp"

namespace rehearse {
namespace {

constexpr int64_t stale_ttl_ms = 10'000;
constexpr int rcode_servfail = 2;

class DnsFault final : public Fault {
 public:
  explicit DnsFault(const char* name) : name_(name) {}

  Result<PlannedFault> plan(const FaultContext& context) override {
    if (auto found = find_servers(context); !found) return std::unexpected(found.error());
    const auto& params = context.entry.params;
    if (name_ == "dns_stale") {
      mode_ = "stale";
      address_ = params.contains("address") ? std::get<std::string>(params.at("address"))
                                            : platform_->forgotten_address();
      const auto ttl = params.find("ttl");
      ttl_s_ = (ttl == params.end() ? stale_ttl_ms : std::get<int64_t>(ttl->second)) / 1000;
    } else {
      const auto answer = params.find("answer");
      mode_ = answer == params.end() ? "silent" : std::get<std::string>(answer->second);
    }
    orders_ = Orders(context.stack, servers_, OrderKind::conduct, context.entry.id);
    return PlannedFault{context.entry.id, name_,
                        fmt::format("{}", fmt::join(orders_.nodes(), ", ")), orders_.undo()};
  }

  Status inject(Effects&) override { return give_order(); }
  // By the order: one answer that is lost on its way would look like an end of it.
  Result<bool> holds(Effects&) override { return orders_.in_force(); }
  Status refresh(Effects&) override { return give_order(); }

  Result<std::optional<Evidence>> effect(Effects&) override {
    Evidence evidence;
    for (const Node* server : servers_) {
      const auto answer = platform_->look_up(*server);
      if (!is_wrong(answer)) return std::nullopt;
      evidence[server->name + "_answered"] = in_words(answer);
    }
    return evidence;
  }

  Result<Evidence> restored(Effects&) override {
    Evidence evidence;
    for (const Node* server : servers_) {
      const auto answer = platform_->look_up(*server);
      if (!answer || answer->rcode != 0 || is_wrong(answer))
        return fail(ExitCode::machine,
                    fmt::format("{} answers {}", server->name, in_words(answer)));
      evidence[server->name + "_answers_again"] = in_words(answer);
    }
    return evidence;
  }

 private:
  Status find_servers(const FaultContext& context) {
    platform_.emplace(context.stack);
    const auto given = context.entry.params.find("server");
    for (const Node* node : platform_->parties("dns")) {
      if (given != context.entry.params.end()) {
        const auto& names = std::get<Target>(given->second).names;
        if (std::ranges::find(names, node->name) == names.end()) continue;
      }
      servers_.push_back(node);
    }
    if (!servers_.empty()) return {};
    return fail(ExitCode::inconclusive, "the stack has no such name server");
  }

  bool is_wrong(const Result<DnsAnswer>& answer) const {
    if (mode_ == "silent") return !answer;
    if (!answer) return false;
    if (mode_ == "servfail") return answer->rcode == rcode_servfail;
    return answer->addresses == std::vector<std::string>{address_};
  }

  static std::string in_words(const Result<DnsAnswer>& answer) {
    if (!answer) return "nothing";
    if (answer->rcode != 0) return fmt::format("error {}", answer->rcode);
    return fmt::format("{} for {} s", fmt::join(answer->addresses, " "), answer->ttl_s);
  }

  Status give_order() const {
    nlohmann::json order = {{"mode", mode_}};
    if (mode_ == "stale") {
      order["address"] = address_;
      order["ttl_s"] = ttl_s_;
    }
    return orders_.give(order);
  }

  const std::string name_;
  std::string mode_, address_;
  int64_t ttl_s_ = 0;
  std::optional<Platform> platform_;  // of the stack, which outlives every fault
  std::vector<const Node*> servers_;
  Orders orders_;
};

const ParamSchema servers{"server", ParamType::target_provider, false, {"dns"}};

}  // namespace

FaultSchema dns_failure_schema() {
  return {"dns_failure",
          "The name of the platform is not answered, or by SERVFAIL",
          Length::lasting,
          {servers, {"answer", ParamType::text, false, {"silent", "servfail"}}}};
}
std::unique_ptr<Fault> make_dns_failure() {
  return std::make_unique<DnsFault>("dns_failure");
}

FaultSchema dns_stale_schema() {
  return {"dns_stale",
          "The name leads to an address that nobody has any more, for a long TTL",
          Length::lasting,
          {servers,
           {"address", ParamType::text, false, {}},
           {"ttl", ParamType::duration, false, {}, 1'000, 3'600'000}}};
}
std::unique_ptr<Fault> make_dns_stale() {
  return std::make_unique<DnsFault>("dns_stale");
}

}  // namespace rehearse
