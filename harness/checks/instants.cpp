#include "checks/instants.hpp"

#include "base/clock.hpp"

namespace rehearse {

std::optional<int64_t> wall_ms_of(std::string_view text) {
  const auto ns = parse_utc_ns(text);
  if (!ns) return std::nullopt;
  return *ns / ns_per_ms;
}

std::optional<double> run_ms_of(const Run& run, std::string_view text) {
  const auto ns = parse_utc_ns(text);
  if (!ns) return std::nullopt;
  return static_cast<double>(*ns - run.zero_wall_ns) / ns_per_ms;
}

}  // namespace rehearse
