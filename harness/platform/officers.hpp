// What two of the platform's officers sign, as it checks their signatures.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// {"proposed_by","proposed_sig","approved_by","approved_sig"} of the first two whose keys that
// component has. Errors (machine): it has fewer.
Result<nlohmann::json> signed_by_two(const Stack& stack, const std::string& component,
                                     const std::string& text);

}  // namespace rehearse
