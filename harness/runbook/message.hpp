// What people outside are told: scenarios/messages/NAME.md, filled from the run's facts when a step
// of a runbook sends it. It is written into the run's folder (messages/ENTRY.STEP.NAME.md) and goes
// nowhere else.
//
//   ---
//   message: regulator-initial
//   to: regulator
//   form: initial              # of a regulator's reports: initial, intermediate, final
//   due: 4h                    # after the incident began; a fact of the step, kept or missed
//   only_after: 15m            # of incident: before, nobody is told
//   ---
//   The incident began at {{began}} …
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scenario/scenario.hpp"

namespace rehearse {

struct Message {
  std::string name, to, form;
  std::optional<int64_t> due_ms, only_after_ms;
  std::string text;  // after its head
};

// What a message may say of a run: {{name}}.
struct MessageFact {
  const char* name;
  const char* summary;
};
std::span<const MessageFact> message_facts();

// As it is at the moment when a message is sent.
struct Incident {
  double lasting_ms = 0;                     // since its first fault; 0: there was none
  std::map<std::string, std::string> words;  // of every fact
};

// Everything that is wrong, with its place: a fact that is none, too.
std::expected<Message, std::vector<Diagnostic>> parse_message(const std::string& path,
                                                              const std::string& text);

std::string filled(const Message& message, const Incident& incident);

}  // namespace rehearse
