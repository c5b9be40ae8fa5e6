// ClickHouse: copies that know nothing of each other. One is healthy when it answers the query that
// its component has for `health`: its tables are there.
#include "stack/technologies/clickhouse.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "stack/get_json.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

class ClickHouse final : public Technology {
 public:
  NodeView look(const Stack& stack, const Node& node) const override {
    NodeView view;
    view.seen_ns = monotonic_ns();
    const auto& query = stack.component_of(node).health_path;
    const auto password = node.env.find("REPORTS_PASSWORD");
    view.healthy =
        ask_clickhouse(stack.endpoint(node), password == node.env.end() ? "" : password->second,
                       query, look_connect_ms, look_total_ms)
            .has_value();
    return view;
  }
};

}  // namespace

Result<std::string> ask_clickhouse(const Endpoint& to, const std::string& password,
                                   const std::string& query, int64_t connect_ms, int64_t total_ms) {
  HttpRequest request{"POST", "/", {}, query};
  if (!password.empty())
    request.headers = {{"X-ClickHouse-User", "reports"}, {"X-ClickHouse-Key", password}};
  const auto answer = http_call(to, request, connect_ms, total_ms);
  if (!answer) return fail(ExitCode::inconclusive, answer.error().message);
  if (answer->status != 200)
    return fail(ExitCode::inconclusive, fmt::format("status {}: {}", answer->status, answer->body));
  return answer->body;
}

std::unique_ptr<Technology> make_clickhouse() {
  return std::make_unique<ClickHouse>();
}

}  // namespace rehearse
