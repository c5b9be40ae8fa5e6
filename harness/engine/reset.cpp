#include "engine/reset.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "platform/platform.hpp"
#include "platform/reset.hpp"
#include "stack/initial_roles.hpp"

namespace rehearse {
namespace {

constexpr int64_t reset_deadline_ns = 240 * ns_per_s;
constexpr int64_t first_look_ns = 10 * ns_per_s;

ResetHands hands_of(Stage& stage, const std::function<bool()>& cancelled) {
  if (!Platform(stage.stack()).reset()) return {};
  auto hands = reset_hands(
      stage.stack(), [&stage] { return stage.books_source(); }, cancelled);
  hands.wait_whole = [&stage](int64_t since_ns, int64_t deadline_ns) {
    return stage.wait_whole(since_ns, deadline_ns);
  };
  hands.restore_roles = [&stage, cancelled](int64_t deadline_ns) {
    return restore_roles(stage.stack(),
                         role_hands(stage.stack(), stage.observer(), deadline_ns, cancelled));
  };
  return hands;
}

// One look at everything.
bool is_looked_at(const Stage& stage, const std::function<bool()>& cancelled) {
  return stage.observer().wait_until(
      [&](const StackView& view) { return is_complete(stage.stack(), view); },
      monotonic_ns() + first_look_ns, cancelled);
}

Status require_first_region(const Stage& stage, const std::function<bool()>& cancelled) {
  if (!stage.stack().file.regions.empty()) is_looked_at(stage, cancelled);
  return require_first_region(stage.stack(), stage.observer().view());
}

// A stack that is fenced has no writer and so is not whole.
bool is_pristine(const Stage& stage, const std::function<bool()>& cancelled) {
  if (!is_looked_at(stage, cancelled) || !stage.missing().empty()) return false;
  const auto traces = traces_in(stage.books_source());
  return traces && traces->empty();
}

}  // namespace

Result<double> make_pristine(Stage& stage, Runtime& runtime, bool used, LiveView& live,
                             const std::function<bool()>& cancelled) {
  const auto cannot = [](const Status& why) {
    const bool interrupted = why.error().code == ExitCode::interrupted;
    return fail(interrupted ? ExitCode::interrupted : ExitCode::machine,
                "the stack that is up cannot be used again: " + why.error().message);
  };
  stage.watch();
  if (auto clean = require_no_residue(runtime, stage.stack()); !clean) return cannot(clean);
  if (auto led = require_first_region(stage, cancelled); !led) return cannot(led);
  if (!used && is_pristine(stage, cancelled)) return 0.0;
  live.status("resetting the stack");
  const int64_t began_ns = monotonic_ns();
  const ResetHands hands = hands_of(stage, cancelled);
  if (auto done =
          reset_platform(stage.stack(), runtime, hands, began_ns + reset_deadline_ns, cancelled);
      !done)
    return cannot(done);
  const double took_ms = static_cast<double>(monotonic_ns() - began_ns) / ns_per_ms;
  live.say(fmt::format("  stack: reset · after {:.1f} s", took_ms / 1000));
  return took_ms;
}

}  // namespace rehearse
