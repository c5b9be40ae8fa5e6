#include "platform/autopsy.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/clock.hpp"

namespace rehearse {
namespace {

constexpr uint16_t served_port = 5433;

}  // namespace

Result<std::optional<Deposed>> Autopsy::of(const std::string& node, int64_t since_wall_ns) const {
  const auto said = effects_.exec(node, {"autopsy", "state"});
  if (!said) return std::unexpected(said.error());
  if (said->empty()) return std::nullopt;
  std::istringstream words(*said);
  Deposed deposed;
  int64_t kept_s = 0;
  words >> deposed.timeline >> deposed.from_lsn >> deposed.commits >> kept_s;
  if (!words) return fail(ExitCode::inconclusive, fmt::format("{} says `{}`", node, *said));
  if (kept_s < since_wall_ns / ns_per_s) return std::nullopt;
  return deposed;
}

Result<DatabaseLogin> Autopsy::open(const std::string& node) const {
  const auto served = effects_.exec(node, {"autopsy", "serve"});
  if (!served) return std::unexpected(served.error());
  DatabaseLogin login = reader_login(stack_, node);
  login.port = served_port;
  return login;
}

void Autopsy::close(const std::string& node) const {
  (void)effects_.exec(node, {"autopsy", "close"});
}

}  // namespace rehearse
