// {any: N} of a target: that many of them, drawn from the run's seed.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "faults/fault.hpp"

namespace rehearse {

// Errors (inconclusive): there are not that many.
template <typename T>
Result<std::vector<T>> draw(const FaultContext& context, std::vector<T> from, int any,
                            std::string_view kind) {
  if (any < 1 || static_cast<size_t>(any) > from.size())
    return fail(ExitCode::inconclusive,
                fmt::format("{{any: {}}} of {} {}", any, from.size(), kind));
  // A partial Fisher-Yates by hand: std::shuffle's draws differ between libraries.
  for (size_t i = 0; i < static_cast<size_t>(any); ++i)
    std::swap(from[i], from[i + context.random() % (from.size() - i)]);
  from.resize(static_cast<size_t>(any));
  return from;
}

}  // namespace rehearse
