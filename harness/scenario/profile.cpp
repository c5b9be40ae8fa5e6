#include "scenario/profile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;
using yaml::Where;

constexpr int64_t default_settle_after_ms = 1'500;

// A map of names with shares, each name one of `known`.
NamedShares read_shares(const Node& node, const std::string& what, std::string_view kind,
                        const std::vector<std::string>& known, Problems& problems) {
  NamedShares shares;
  const MapReader map(node, what, problems);
  for (size_t i = 0; map.is_map() && i < node.keys.size(); ++i) {
    const std::string& name = node.keys[i].text;
    if (std::ranges::find(known, name) == known.end()) {
      problems.add(node.keys[i].at, yaml::unknown(kind, name, known));
    } else if (const auto share = yaml::read_share(node.items[i], name, problems)) {
      shares.emplace_back(name, *share);
    }
  }
  return shares;
}

double sum_of(const NamedShares& shares) {
  double sum = 0;
  for (const auto& [name, share] : shares) sum += share;
  return sum;
}

void read_arrivals(const Node& node, const ProfileInput& input, ProfileFile& profile,
                   Problems& problems) {
  profile.arrivals = read_shares(node, "arrivals", "behaviour", input.behaviours, problems);
  if (sum_of(profile.arrivals) <= 0) {
    problems.add(node.at, "`arrivals` names nothing that arrives");
  }
}

void read_follow_ups(const Node& node, const ProfileInput& input, ProfileFile& profile,
                     Problems& problems) {
  profile.follow_ups = read_shares(node, "follow_ups", "follow-up", input.follow_ups, problems);
  double of_bets = 0;
  for (const auto& [name, share] : profile.follow_ups) of_bets += name == "cancel" ? 0 : share;
  constexpr double rounding = 1e-9;
  if (of_bets > 1 + rounding) {
    problems.add(node.at, "a bet is followed by one of them at most: they exceed 100%");
  }
}

void read_methods(const Node& node, const ProfileInput& input, ProfileFile& profile,
                  Problems& problems) {
  MapReader map(node, "methods", problems);
  if (const Node* deposit = map.take("deposit")) {
    profile.deposit_methods = read_shares(*deposit, "deposit", "method", input.methods, problems);
  }
  if (const Node* payout = map.take("payout")) {
    profile.payout_methods = read_shares(*payout, "payout", "method", input.methods, problems);
  }
  map.finish();
}

ProfileStep read_profile_step(const Node& node, Problems& problems) {
  MapReader map(node, "step", problems);
  ProfileStep step;
  if (const Node* length = map.need("for")) {
    step.for_ms = yaml::read_duration_ms(*length, "for", 1, problems).value_or(0);
  }
  if (const Node* load = map.need("load")) {
    step.share = yaml::read_share(*load, "load", problems).value_or(0);
  }
  if (const Node* ramp = map.take("ramp")) {
    step.ramp = yaml::read_flag(*ramp, "ramp", problems).value_or(false);
  }
  map.finish();
  return step;
}

void read_steps(const Node& node, ProfileFile& profile, Problems& problems) {
  if (!yaml::is_filled_list(node, "steps", yaml::steps_max, problems)) return;
  for (const Node& step : node.items) profile.steps.push_back(read_profile_step(step, problems));
  const bool rests =
      std::ranges::all_of(profile.steps, [](const ProfileStep& step) { return step.share == 0; });
  if (rests) problems.add(node.at, "no step of `steps` has any load");
}

void read_profile(const Node& root, const ProfileInput& input, ProfileFile& profile,
                  Problems& problems) {
  MapReader map(root, "profile", problems);
  if (!map.is_map()) return;
  profile.settle_after_ms = default_settle_after_ms;
  if (const Node* name = map.need("profile")) {
    profile.name = yaml::read_own_name(*name, "profile", input.path, "", problems);
  }
  if (const Node* title = map.need("title")) {
    profile.title = yaml::read_text(*title, "title", problems).value_or("");
  }
  if (const Node* arrivals = map.need("arrivals")) {
    read_arrivals(*arrivals, input, profile, problems);
  }
  if (const Node* next = map.take("follow_ups")) read_follow_ups(*next, input, profile, problems);
  if (const Node* after = map.take("settle_after")) {
    profile.settle_after_ms =
        yaml::read_duration_ms(*after, "settle_after", 1, problems).value_or(1);
  }
  if (const Node* again = map.take("resent")) {
    profile.resent_share = yaml::read_share(*again, "resent", problems).value_or(0);
  }
  if (const Node* methods = map.take("methods")) read_methods(*methods, input, profile, problems);
  if (const Node* networks = map.take("networks")) {
    profile.networks = read_shares(*networks, "networks", "network", input.networks, problems);
  }
  if (const Node* steps = map.take("steps")) read_steps(*steps, profile, problems);
  map.finish();
}

}  // namespace

bool is_profile(std::string_view text) {
  const auto tree = yaml::parse_tree(text, Where{0, 1, 1});
  return tree && tree->find("profile") != nullptr && tree->find("scenario") == nullptr &&
         tree->find("suite") == nullptr;
}

std::expected<ProfileFile, std::vector<Diagnostic>> parse_profile(const ProfileInput& input) {
  Problems problems;
  ProfileFile profile;
  const auto tree = yaml::read_root(input.text, problems);
  if (tree) read_profile(*tree, input, profile, problems);
  if (!problems.empty()) return std::unexpected(problems.sorted({input.path}));
  return profile;
}

}  // namespace rehearse
