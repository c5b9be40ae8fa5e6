// Everything that is found wrong with a scenario, collected on the way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.hpp"
#include "scenario/yaml_tree.hpp"

namespace rehearse::yaml {

class Problems {
 public:
  void add(Where at, std::string message);
  void add_all(std::vector<Issue> issues);
  bool empty() const { return issues_.empty(); }
  // By source and position, each once. `sources` are the names of Where::source.
  std::vector<Diagnostic> sorted(const std::vector<std::string>& sources) const;

 private:
  std::vector<Issue> issues_;
};

// The root of a file's text; nullopt: it has none, which is a problem of the first of the sources.
std::optional<Node> read_root(std::string_view text, Problems& problems);

// A word of the file inside a message: `word`, on one line, shortened where it is long.
std::string shown(std::string_view word);

// "unknown WHAT `word`, did you mean `near`?", or with the known ones where they are few.
std::string unknown(std::string_view what, const std::string& word,
                    const std::vector<std::string>& known);

}  // namespace rehearse::yaml
