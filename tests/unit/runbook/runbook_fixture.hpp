// Runbooks, people and keys of tests, and a platform that does as it is told.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/ed25519.hpp"
#include "runbook/approvals.hpp"
#include "runbook/player.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse::runbook_test {

inline std::string secret_of(char digit) {
  return std::string(64, digit);
}

// dba executes; three leads approve, the third by a test key; support approves nothing.
inline People people() {
  const auto person = [](const char* name, std::vector<std::string> roles, char digit) {
    return Person{name, std::move(roles), ed25519_public(secret_of(digit))};
  };
  People all{{person("dora", {"dba", "lead"}, '1'), person("anna", {"lead"}, '2'),
              person("ben", {"lead"}, '3'), person("sam", {"support"}, '4'),
              person("robot", {"lead"}, '5'), person("robot-2", {"lead"}, '6')}};
  all.all[4].test_secret = secret_of('5');
  all.all[5].test_secret = secret_of('6');
  return all;
}

inline const std::string good_text =
    "runbook: x\n"            // 1
    "title: Does it work?\n"  // 2
    "steps:\n"                // 3
    "  - id: over\n"          // 4
    "    title: Hand over\n"  // 5
    "    owner: {responsible: dba, accountable: lead, informed: [support]}\n"
    "    kind: automatic\n"                                    // 7
    "    precondition: stack_whole\n"                          // 8
    "    needs_approval: {of: lead, count: 2, within: 30s}\n"  // 9
    "    action: switchover\n"                                 // 10
    "    deadline: 20s\n"                                      // 11
    "    verification: ledger_led\n"                           // 12
    "    undo: lead_back\n"                                    // 13
    "  - {id: look, title: Look, owner: {responsible: support, accountable: lead}, kind: manual,\n"
    "     verification: stack_whole, deadline: 10s}\n";  // 15

inline std::string with(const std::string& from, const std::string& to) {
  std::string text = good_text;
  return text.replace(text.find(from), from.size(), to);
}

inline std::expected<Runbook, std::vector<Diagnostic>> parse(const std::string& text) {
  static const People known = people();
  return parse_runbook({"x.yaml", text, &known});
}

// Tells what it was asked; what is missing can be set.
class FakeHands final : public StepHands {
 public:
  std::vector<std::string> calls;
  std::optional<std::string> before, after;
  bool sees = true, refuses = false;
  int refusals = 0;  // so many first
  int64_t giving_takes_ms = 0;

  void begin(const RunbookStep& step) override { calls.push_back("begin " + step.id); }
  std::optional<std::string> missing_before(const RunbookStep&) override { return before; }
  Status give(const StepAction& action) override {
    calls.push_back("give " + action.name);
    ::usleep(static_cast<useconds_t>(giving_takes_ms * 1000));
    return refuses || refusals-- > 0 ? fail(ExitCode::machine, "it says no") : Status{};
  }
  Result<std::optional<Evidence>> seen() override {
    if (!sees) return std::nullopt;
    return Evidence{{"it", "did"}};
  }
  std::optional<std::string> missing_after(const RunbookStep&) override { return after; }
};

// Of a run's folder of its own.
class RunbookTest : public testing::Test {
 protected:
  RunbookTest() {
    dir_ = root_ + "/run-1";
    std::filesystem::create_directory(dir_);
    runbook_ = *parse(good_text);
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ + "/" + name) << text;
  }

  const test::TemporaryFolder folder_;
  const std::string root_ = folder_.path();
  std::string dir_;
  const People people_ = people();
  Runbook runbook_;
};

}  // namespace rehearse::runbook_test
