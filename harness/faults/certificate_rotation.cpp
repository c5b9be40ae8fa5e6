// A certificate of the stack is made anew under load, as it is before it expires. Whoever serves
// with it must show the new one soon and drop nobody for it.
//
// Heals by: nothing is to be undone; the new certificate is as good as the old one was.
// Effect: every place that serves with it shows the new one's serial number.
#include <fmt/format.h>

#include "faults/fault.hpp"
#include "stack/secrets.hpp"

namespace rehearse {
namespace {

constexpr int64_t look_ms = 1000;

class CertificateRotation final : public Fault {
 public:
  Result<PlannedFault> plan(const FaultContext& context) override {
    secret_ = std::get<std::string>(context.entry.params.at("secret"));
    stack_ = &context.stack;
    const auto before = serial_of_secret(*stack_, secret_);
    if (!before) return fail(ExitCode::inconclusive, before.error().message);
    before_ = *before;
    for (const auto& node : stack_->nodes) {
      const auto& component = stack_->component_of(node);
      const bool lists = std::ranges::find(component.secrets, secret_) != component.secrets.end();
      if (lists && component.tls_port != 0)
        places_.push_back({node.address, static_cast<uint16_t>(component.tls_port)});
    }
    if (places_.empty())
      return fail(ExitCode::inconclusive, fmt::format("nobody serves with `{}`", secret_));
    return PlannedFault{context.entry.id, "certificate_rotation", secret_, {}};
  }

  Status inject(Runtime&) override { return renew_secret(*stack_, secret_); }

  Result<std::optional<Evidence>> effect(Runtime&) override {
    const auto now = serial_of_secret(*stack_, secret_);
    if (!now) return std::unexpected(now.error());
    for (const auto& place : places_) {
      const auto shown = shown_serial(place, look_ms);
      if (!shown || *shown != *now) return std::nullopt;
    }
    return Evidence{{"serial_before", before_},
                    {"serial_shown", *now},
                    {"places", std::to_string(places_.size())}};
  }

  bool disruptive() const override { return false; }

 private:
  std::string secret_, before_;
  const Stack* stack_ = nullptr;  // outlives every fault of its rehearsal
  std::vector<Endpoint> places_;
};

}  // namespace

FaultSchema certificate_rotation_schema() {
  return {"certificate_rotation",
          "A certificate is replaced under load, where players or providers are shown it",
          Length::once,
          {{"secret", ParamType::text, true, {}}}};
}
std::unique_ptr<Fault> make_certificate_rotation() {
  return std::make_unique<CertificateRotation>();
}

}  // namespace rehearse
