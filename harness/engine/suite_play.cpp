#include "engine/suite_play.hpp"

#include "base/clock.hpp"

namespace rehearse {
namespace {

bool same_stack(const SuiteItem& a, const SuiteItem& b) {
  return a.stack == b.stack && a.settings == b.settings && a.parts == b.parts;
}

class SuitePlay {
 public:
  SuitePlay(const std::vector<SuiteItem>& items, const SuiteHands& hands)
      : items_(items), hands_(hands), order_(suite_order(items)) {}

  Status play() {
    Status down;
    for (size_t n = 0; n < order_.size(); ++n) {
      const size_t item = order_[n];
      if (hands_.cancelled()) {
        hands_.not_run(item, {ExitCode::interrupted, "the suite was interrupted before it"});
      } else if (!down) {
        hands_.not_run(item, {down.error().code, "the stack before it could not be taken down: " +
                                                     down.error().message});
      } else {
        down = play_one(n);
      }
    }
    const Status last = take_down();
    return down ? last : down;
  }

 private:
  // An error is one of taking down: the scenario itself has ended in either case.
  Status play_one(size_t n) {
    const size_t item = order_[n];
    const bool next_shares =
        n + 1 < order_.size() && same_stack(items_[item], items_[order_[n + 1]]);
    hands_.begin(item, n + 1);
    const int64_t began_ns = monotonic_ns();
    const auto length_ms = [began_ns] {
      return static_cast<double>(monotonic_ns() - began_ns) / ns_per_ms;
    };
    std::string note;
    StackUse use{false, next_shares, std::nullopt};
    if (up_) {
      const auto reset_ms = hands_.reset(item);
      if (hands_.cancelled()) {
        hands_.not_run(item, {ExitCode::interrupted, "the suite was interrupted before it"});
        return {};
      }
      if (reset_ms) {
        use.reuse = true;
        use.reset_ms = *reset_ms;
      } else {
        note = "on a fresh stack: " + reset_ms.error().message;
        if (auto down = take_down(); !down) {
          hands_.ended(item, down, length_ms(), note);
          return down;
        }
      }
    }
    const Status played = hands_.rehearse(item, use);
    up_ = use.reuse || next_shares;
    hands_.ended(item, played, length_ms(), note);
    return next_shares && played ? Status() : take_down();
  }

  Status take_down() {
    if (!up_) return {};
    auto down = hands_.take_down();
    up_ = !down;
    return down;
  }

  const std::vector<SuiteItem>& items_;
  const SuiteHands& hands_;
  const std::vector<size_t> order_;
  bool up_ = false;  // something of ours may be up
};

}  // namespace

std::vector<size_t> suite_order(const std::vector<SuiteItem>& items) {
  std::vector<size_t> order;
  std::vector<bool> placed(items.size(), false);
  for (size_t i = 0; i < items.size(); ++i)
    for (size_t j = i; j < items.size() && !placed[i]; ++j) {
      if (placed[j] || !same_stack(items[i], items[j])) continue;
      if (j > i) placed[j] = true;
      order.push_back(j);
    }
  return order;
}

Status play_suite(const std::vector<SuiteItem>& items, const SuiteHands& hands) {
  return SuitePlay(items, hands).play();
}

}  // namespace rehearse
