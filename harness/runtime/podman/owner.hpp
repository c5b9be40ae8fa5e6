// Whose network is up. Its names are the machine's, so that a rehearse with another state folder
// (in a container with the host's network, say) would take it for what a run of its own left
// behind.
#pragma once

#include <string>

#include "base/result.hpp"

namespace rehearse {

// The id of the state beside `path`, made where there is none yet. Errors (machine): it can be
// neither read nor made.
Result<std::string> id_of_state(const std::string& path);

// "ID:PATH", for the bridge to carry.
std::string owner_name(const std::string& id, const std::string& path);

// `owner` is what the bridge that is up carries; empty: none is up, or none that says whose it is.
// Errors (machine): another state's, with the remedy.
Status require_own(const std::string& owner, const std::string& id);

}  // namespace rehearse
