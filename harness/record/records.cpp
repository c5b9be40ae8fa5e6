#include "record/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rehearse {

namespace {

constexpr std::array<std::string_view, 5> outcome_names = {"none", "ok", "rejected", "failed",
                                                           "unknown"};
constexpr std::array<std::string_view, currencies> currency_names = {"EUR", "BRL", "USDT"};
constexpr std::array<std::string_view, methods> method_names = {"", "card", "bank", "stablecoin",
                                                                "ramp"};
constexpr std::array<std::string_view, networks> network_names = {"", "trc20", "erc20"};

template <typename Value, size_t count>
std::optional<Value> named(const std::array<std::string_view, count>& names,
                           std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (name.empty() || found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  return outcome_names.at(static_cast<size_t>(outcome));
}

std::string_view name_of(Currency currency) {
  return currency_names.at(static_cast<size_t>(currency));
}

std::string_view name_of(Method method) {
  return method_names.at(static_cast<size_t>(method));
}

std::optional<Method> method_of(std::string_view name) {
  return named<Method>(method_names, name);
}

std::string_view name_of(Network network) {
  return network_names.at(static_cast<size_t>(network));
}

std::optional<Network> network_of(std::string_view name) {
  return named<Network>(network_names, name);
}

std::string key_of(std::string_view run_key, uint64_t operation_id) {
  return fmt::format("{}-{:06}", run_key, operation_id);
}

std::string player_name(uint32_t player) {
  return fmt::format("p{:04}", player);
}

}  // namespace rehearse
