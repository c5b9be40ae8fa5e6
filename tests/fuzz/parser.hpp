// A parser as a target: a pure function of a body, with what must hold of whatever it accepts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz.hpp"

namespace casino::fuzz {

using Parse = std::function<Outcome(const Request&)>;

class Parser final : public Target {
 public:
  explicit Parser(Parse parse) : parse_(std::move(parse)) {}
  Outcome take(const Request& request) override { return parse_(request); }

 private:
  Parse parse_;
};

inline Request body_for(const std::string& path, const std::string& body) {
  return {"POST", path, "", {}, body};
}
inline Request body_of(const std::string& body) {
  return body_for("/", body);
}

inline Surface parser(std::string name, std::vector<Request> seeds, std::vector<Request> hostile,
                      Parse parse) {
  return {std::move(name), std::move(seeds), std::move(hostile),
          [parse = std::move(parse)] { return std::make_unique<Parser>(parse); }};
}

// Accepted, and good only if `holds`.
inline Outcome accepted(bool holds) {
  return {true, 0, holds ? "" : "accepted what breaks the parser's own rules"};
}

}  // namespace casino::fuzz
