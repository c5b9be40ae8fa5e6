// A store that speaks S3, over TLS only: healthy when it says so under the stack's own authority.
// (Whether its buckets are there it need not be asked: it serves nobody before they are.)
#include "base/clock.hpp"
#include "stack/get_json.hpp"
#include "stack/secrets.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

class S3 final : public Technology {
 public:
  NodeView look(const Stack& stack, const Node& node) const override {
    NodeView view;
    view.seen_ns = monotonic_ns();
    const auto trust = TlsTrust::load(authority_file(stack));
    if (!trust) return view;
    const auto answer = http_call(client_endpoint(stack, node),
                                  {"GET", stack.component_of(node).health_path, {}, ""},
                                  look_connect_ms, look_total_ms, trust->get());
    view.healthy = answer && answer->status == 200;
    return view;
  }

  int client_port(const ComponentEntry& component) const override { return component.tls_port; }
};

}  // namespace

std::unique_ptr<Technology> make_s3() {
  return std::make_unique<S3>();
}

}  // namespace rehearse
