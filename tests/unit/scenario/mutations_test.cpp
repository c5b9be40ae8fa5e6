// Random damage to good files: never a crash or a throw, and every complaint points into the file.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support.hpp"

namespace rehearse::scenario_test {
namespace {

constexpr int mutations = 3'000;
constexpr uint64_t seed = 20240607;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    lines.back() += c;
    if (c == '\n') lines.emplace_back();
  }
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

class Mutator {
 public:
  std::string mutate(std::string text) {
    for (size_t i = 0, count = 1 + below(3); i < count && !text.empty(); ++i) text = once(text);
    return text;
  }
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }

 private:
  std::string once(std::string text) {
    // What YAML and this reader give a meaning to.
    static const std::string special = "[]{}:,#-?*&!|>'\"%@` \n\t.0s/~<\\";
    const size_t at = below(text.size());
    switch (below(8)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.resize(at);
        break;
      case 3:
        text[at] = special[below(special.size())];
        break;
      case 4:
        text.insert(at, 1, special[below(special.size())]);
        break;
      case 5:
        text.insert(at, text.substr(below(text.size()), below(40)));
        break;
      default:
        text = change_line(text);
        break;
    }
    return text;
  }
  std::string change_line(const std::string& text) {
    auto lines = split_lines(text);
    const size_t from = below(lines.size()), to = below(lines.size());
    switch (below(3)) {
      case 0:
        lines.insert(lines.begin() + static_cast<long>(to), std::string(lines[from]));
        break;
      case 1:
        lines.erase(lines.begin() + static_cast<long>(from));
        break;
      default:
        std::swap(lines[from], lines[to]);
        break;
    }
    return join(lines);
  }

  std::mt19937_64 random_{seed};
};

void expect_inside(const Diagnostic& diagnostic, const std::string& text) {
  ASSERT_EQ(diagnostic.file, "scenario.yaml");
  ASSERT_FALSE(diagnostic.message.empty());
  ASSERT_EQ(diagnostic.message.find('\n'), std::string::npos);
  if (diagnostic.message == "the file is empty") {
    ASSERT_EQ(diagnostic.line, 1);
    ASSERT_EQ(diagnostic.column, 1);
    return;
  }
  const auto lines = split_lines(text);
  ASSERT_GE(diagnostic.line, 1);
  ASSERT_LE(diagnostic.line, static_cast<int>(lines.size()));
  ASSERT_GE(diagnostic.column, 1);
  // One past the end of the line is where a thing that is missing would stand.
  ASSERT_LE(diagnostic.column,
            static_cast<int>(lines[static_cast<size_t>(diagnostic.line) - 1].size()) + 1);
}

TEST(ScenarioMutations, NeverCrashAndAlwaysPointIntoTheFile) {
  std::vector<std::string> originals = {good_text};
  for (const char* name : {"baseline", "zone-loss", "zone-loss-standby"}) {
    originals.push_back(read_source(std::string("scenarios/ci/") + name + ".yaml"));
    ASSERT_FALSE(originals.back().empty());
  }
  Mutator mutator;
  int good = 0, bad = 0;
  for (int i = 0; i < mutations; ++i) {
    const std::string text = mutator.mutate(originals[mutator.below(originals.size())]);
    SCOPED_TRACE("mutation " + std::to_string(i) + ":\n" + text);
    // The name under which any scenario may stand: the title's damage is then good text.
    const auto scenario = parse(text, {}, "scenario.yaml");
    ++(scenario ? good : bad);
    if (scenario) {
      ASSERT_TRUE(parse(scenario->as_run_yaml, {}, "scenario.yaml").has_value());
      continue;
    }
    ASSERT_FALSE(scenario.error().empty());
    for (const Diagnostic& diagnostic : scenario.error()) expect_inside(diagnostic, text);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(std::ranges::is_sorted(scenario.error(), {}, [](const Diagnostic& diagnostic) {
      return std::pair(diagnostic.line, diagnostic.column);
    }));
  }
  // Damage that is never seen, or a reader that refuses everything, would prove nothing.
  EXPECT_GT(bad, mutations / 2);
  EXPECT_GT(good, mutations / 20);
}

TEST(ScenarioMutations, OverridesNeverCrash) {
  const std::vector<std::string> originals = {"timeline.0.for=20s", "targets.rto.bet=30s",
                                              "stack_set.postgres.profile=fast", "load={rate: 5/s}",
                                              "timeline.0.zone.of=x"};
  Mutator mutator;
  for (int i = 0; i < mutations; ++i) {
    const std::string override = mutator.mutate(originals[mutator.below(originals.size())]);
    SCOPED_TRACE(override);
    const auto scenario = parse(good_text, {override});
    ASSERT_TRUE(scenario.has_value() || !scenario.error().empty());
  }
}

}  // namespace
}  // namespace rehearse::scenario_test
