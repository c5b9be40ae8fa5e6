#include "platform/residue.hpp"

#include "undo/journal.hpp"

namespace rehearse {

Result<std::vector<std::string>> residue_of(Effects& runtime, const Stack& stack) {
  std::vector<std::string> containers, bare;
  for (const auto& node : stack.nodes)
    (stack.has_container(node) ? containers : bare).push_back(node.name);
  return residue(runtime, containers, bare);
}

}  // namespace rehearse
