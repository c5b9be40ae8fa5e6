// The platform's emergency, which opens its lifeline: declared and ended by two officers.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// Safe to repeat. Errors (machine): the platform has none, its part is not raised, or it refuses.
Status change_emergency(const Stack& stack, bool declare, const std::string& reason);
// By its own word. Errors (machine): it does not say.
Result<bool> emergency_is_on(const Stack& stack);
// In words, what a rehearsal leaves behind that ends with it still on; null too where the platform
// has none, or its part is not raised. Errors (machine): it does not say.
Result<std::optional<std::string>> emergency_left(const Stack& stack);

}  // namespace rehearse
