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
    places_ = servers_of_secret(*stack_, secret_);
    if (places_.empty())
      return fail(ExitCode::inconclusive, fmt::format("nobody serves with `{}`", secret_));
    return PlannedFault{context.entry.id, "certificate_rotation", secret_, {}};
  }

  Status inject(Effects&) override { return renew_secret(*stack_, secret_); }

  Result<std::optional<Evidence>> effect(Effects&) override {
    const auto now = serial_of_secret(*stack_, secret_);
    if (!now) return std::unexpected(now.error());
    for (const Node* place : places_) {
      const auto shown = shown_serial_of(*stack_, *place, look_ms);
      if (!shown || *shown != *now) return std::nullopt;
    }
    return Evidence{{"serial_before", before_},
                    {"serial_shown", *now},
                    {"places", std::to_string(places_.size())}};
  }

  Result<Evidence> restored(Effects&) override { return Evidence{}; }

  bool disruptive() const override { return false; }

 private:
  std::string secret_, before_;
  const Stack* stack_ = nullptr;     // outlives every fault of its rehearsal
  std::vector<const Node*> places_;  // who serves with it
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
