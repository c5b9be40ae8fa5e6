// What runs the nodes. Podman with network namespaces of our own comes first; another runtime
// implements the same two seams.
#pragma once

#include <memory>
#include <string>

#include "runtime/effects.hpp"
#include "runtime/machine.hpp"

namespace rehearse {

class Runtime : public Machine, public Effects {};

// `state_dir`: where the nodes' data lives, one folder each (/var/lib/rehearse/nodes).
std::unique_ptr<Runtime> make_runtime(const std::string& state_dir);

}  // namespace rehearse
