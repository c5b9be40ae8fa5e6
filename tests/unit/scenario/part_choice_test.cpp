// Which parts of a stack a scenario raises, on the stack that is shipped.

#include "scenario/stack_parts.hpp"
#include "stack/facts.hpp"
#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

StackFile shipped() {
  auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
  EXPECT_TRUE(file) << file.error().message;
  return *file;
}

std::expected<Scenario, std::vector<Diagnostic>> parse_shipped(const std::string& yaml) {
  using enum ParamType;
  static const Catalogue catalogue = [] {
    Catalogue known = small_catalogue();
    known.faults.push_back({"cache_loss", "no cache", Length::lasting, {}});
    known.faults.push_back({"kyt_down",
                            "no screening",
                            Length::lasting,
                            {{"provider", target_provider, true, {"screening"}}}});
    known.faults.push_back(
        {"certificate_rotation", "another", Length::once, {{"secret", ParamType::text, true, {}}}});
    known.checks = {{"ledger_balanced", "ledger"},
                    {"rounds_settled", "ledger rounds"},
                    {"credit_kept", "credit ledger"},
                    {"backup_policy", "backups"},
                    {"healed", ""}};
    known.played["evening"] = {{"bet", ""}, {"spin", "studio"}, {"session", "session"}};
    return known;
  }();
  ParseInput input;
  input.path = "x.yaml";
  input.text = yaml;
  input.targets_path = "targets.yaml";
  input.targets_text = "rto: {bet: 60s, spin: 60s, session: 60s}\n";
  input.catalogue = &catalogue;
  input.stack = [](const std::string&) -> Result<StackFacts> { return facts_of(shipped()); };
  return parse_scenario(input);
}

std::string said(const std::string& text) {
  const auto scenario = parse_shipped(text);
  std::string all;
  if (!scenario)
    for (const auto& diagnostic : scenario.error()) all += to_string(diagnostic) + "\n";
  return all;
}

using Names = std::vector<std::string>;
Names parts_of(const std::string& text) {
  const auto scenario = parse_shipped(text);
  EXPECT_TRUE(scenario) << said(text);
  return scenario ? scenario->parts : Names();
}

// All but what is raised on request only.
Names usual_parts() {
  Names names;
  for (const PartEntry& part : shipped().parts)
    if (!part.on_request) names.push_back(part.name);
  return names;
}

TEST(PartChoice, WithoutAListAllChecksNeedAllParts) {
  EXPECT_EQ(parts_of(with("", "")), usual_parts());
  EXPECT_LT(usual_parts().size(), shipped().parts.size());
}

TEST(PartChoice, WhatIsRaisedOnRequestIsNamedOrNeeded) {
  EXPECT_EQ(parts_of(with("", "checks: [backup_policy]\n")), (Names{"core", "backups"}));
  EXPECT_EQ(parts_of(with("", "parts: [core, backups]\n")), (Names{"core", "backups"}));
  EXPECT_EQ(parts_of(with("", "checks: [healed]\nstack_set: {s3.lock_days: \"7\"}\n")),
            (Names{"core", "backups"}));
}

TEST(PartChoice, NamedChecksAndFaultsSayWhatIsNeeded) {
  EXPECT_EQ(parts_of(with("", "checks: [ledger_balanced]\n")), (Names{"core"}));
  EXPECT_EQ(parts_of(with("", "checks: [healed]\n")), (Names{"core"}));
  EXPECT_EQ(parts_of(with("", "checks: [rounds_settled]\n")), (Names{"core", "games"}));
  EXPECT_EQ(parts_of(with("fault: noop", "fault: cache_loss") + "checks: [healed]\n"),
            (Names{"core", "credit"}));
  EXPECT_EQ(parts_of(with("fault: noop", "fault: process_kill, target: [lobby-1]") +
                     "checks: [healed]\n"),
            (Names{"core", "reporting", "lobby"}));
  EXPECT_EQ(parts_of(with("", "checks: [healed]\nstack_set: {consumer.bug: no_dedup}\n")),
            (Names{"core", "reporting"}));
}

TEST(PartChoice, WhatIsLeftOutIsNotAskedFor) {
  const auto scenario = parse_shipped(with("", "parts: [core, games]\n"));
  ASSERT_TRUE(scenario) << said(with("", "parts: [core, games]\n"));
  EXPECT_TRUE(scenario->targets.rto_ms.contains("spin"));
  EXPECT_FALSE(scenario->targets.rto_ms.contains("session"));
  EXPECT_NE(scenario->as_run_yaml.find("parts: [core, games]\n"), std::string::npos);
}

TEST(PartChoice, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(said(with("", "parts: [core, gmaes]\n")),
            "x.yaml:10:15: unknown part `gmaes`, did you mean `games`?\n");
  EXPECT_EQ(said(with("", "parts: [core, lobby]\n")),
            "x.yaml:10:15: the part `lobby` needs `reporting`, which `parts` leaves out: add it\n");
  EXPECT_EQ(said(with("", "parts: [core, core]\n")), "x.yaml:10:15: `core` is named twice\n");
  EXPECT_EQ(said(with("", "parts: [core]\nchecks: [rounds_settled]\n")),
            "x.yaml:11:10: check `rounds_settled` needs `rounds` of the part `games`, which "
            "`parts` leaves out: add it\n");
  EXPECT_EQ(said(with("fault: noop", "fault: kyt_down, provider: kyt-a") + "parts: [core]\n"),
            "x.yaml:9:52: provider `kyt-a` is of the part `screening`, which `parts` leaves out: "
            "add it\n");
  EXPECT_EQ(said(with("fault: noop", "fault: cache_loss") + "parts: [core]\n"),
            "x.yaml:9:32: the fault `cache_loss` acts on the part `credit`, which `parts` leaves "
            "out: add it\n");
  EXPECT_EQ(said(with("{of: postgres.primary}", "{of: redis.master}") + "parts: [core]\n"),
            "x.yaml:8:51: selector `redis.master` is of the part `credit`, which `parts` leaves "
            "out: add it\n");
  EXPECT_EQ(said(with("", "parts: [core]\nstack_set: {game.bug: none}\n")),
            "x.yaml:11:13: setting `game.bug` is of the part `games`, which `parts` leaves out: "
            "add it\n");
  EXPECT_EQ(
      said(with("fault: noop", "fault: certificate_rotation, secret: studio") + "parts: [core]\n"),
      "x.yaml:9:62: secret `studio` is of the part `games`, which `parts` leaves out: add "
      "it\n");
}

TEST(WithParts, NothingThatIsLeftOutIsSpokenOf) {
  const StackFile core = with_parts(shipped(), {"core"});
  EXPECT_EQ(core.chosen, (Names{"core"}));
  EXPECT_FALSE(core.capabilities.contains("rounds"));
  EXPECT_TRUE(core.capabilities.contains("ledger_chain"));
  for (const char* target : {"credit", "report", "studio", "ramp"})
    EXPECT_FALSE(core.targets.contains(target)) << target;
  EXPECT_TRUE(core.targets.contains("cancel"));
  EXPECT_FALSE(core.books.sql.contains("rounds"));
  EXPECT_EQ(core.books.provider_components, (Names{"psp"}));
  EXPECT_TRUE(core.books.redis_streams.empty());
  EXPECT_FALSE(core.settings.contains("game.bug"));
  EXPECT_EQ(core.reset->stop, (Names{"relay", "desk", "cashier", "wallet", "psp"}));
  EXPECT_EQ(parts_left_out(core).at("screening"),
            "the cashier pays and credits without screening, and nobody is limited");
}

TEST(WithParts, WithoutAListAllIsThereThatNeedsNoRequest) {
  const StackFile usual = with_parts(shipped(), {});
  EXPECT_EQ(usual.chosen, usual_parts());
  EXPECT_EQ(usual.left_out, (std::set<std::string>{"keeper", "restore", "s3"}));
  EXPECT_FALSE(usual.capabilities.contains("backups"));
  EXPECT_EQ(usual.secrets.size() + 3, shipped().secrets.size());
  Names whole = usual_parts();
  whole.push_back("backups");
  EXPECT_TRUE(with_parts(shipped(), whole).left_out.empty());
}

TEST(CheckParts, ForTheCommandLine) {
  EXPECT_TRUE(check_parts(shipped(), {"core", "games"}));
  EXPECT_EQ(check_parts(shipped(), {"core", "lobby"}).error().message,
            "the part `lobby` needs `reporting`: add it");
  EXPECT_NE(check_parts(shipped(), {"gmaes"}).error().message.find("did you mean `games`"),
            std::string::npos);
}

}  // namespace
}  // namespace rehearse::scenario_test
