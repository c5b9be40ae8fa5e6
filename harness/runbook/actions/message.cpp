// Tells somebody outside, by a template filled from what the run knows by now: written into the
// run's folder. Nothing to take back. Seen: the file is there; whether its deadline was kept is a
// fact.
#include <fmt/format.h>

#include "base/files.hpp"
#include "base/units.hpp"
#include "runbook/action.hpp"

namespace rehearse {
namespace {

class SendMessage final : public Action {
 public:
  explicit SendMessage(const StepAction& step) : name_(step.params.at("template")) {}

  Status give(const ActionContext& context) override {
    const Message& message = context.messages->at(name_);
    const Incident incident = context.incident();
    evidence_ = {
        {"message", name_}, {"to", message.to}, {"incident", format_ms(incident.lasting_ms)}};
    if (!message.form.empty()) evidence_["form"] = message.form;
    if (message.only_after_ms &&
        incident.lasting_ms < static_cast<double>(*message.only_after_ms)) {
      evidence_["not_sent"] = fmt::format("only incidents longer than {} are told",
                                          format_ms(static_cast<double>(*message.only_after_ms)));
      return {};
    }
    const std::string folder = context.run_dir + "/messages";
    if (auto made = make_directories(folder); !made) return made;
    // Several steps may send the same one, each with its own facts.
    const std::string file = fmt::format("{}/{}.{}.md", folder, context.step, name_);
    if (message.due_ms)
      evidence_["due"] = fmt::format(
          "{} ({})", format_ms(static_cast<double>(*message.due_ms)),
          incident.lasting_ms <= static_cast<double>(*message.due_ms) ? "kept" : "missed");
    return write_file_atomically(file, filled(message, incident));
  }

  Result<std::optional<Evidence>> seen(const ActionContext&) override { return evidence_; }

 private:
  const std::string name_;
  Evidence evidence_;
};

}  // namespace

ActionSchema message_action_schema() {
  return {"message",
          "Tells somebody outside, by a template of scenarios/messages filled from the run's facts",
          false,
          false,
          {{"template", true}}};
}
std::unique_ptr<Action> make_message_action(const StepAction& step) {
  return std::make_unique<SendMessage>(step);
}

}  // namespace rehearse
