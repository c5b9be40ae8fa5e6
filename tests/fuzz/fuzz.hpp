// What the fuzzer's parts share: a surface is a row of data, a target is what its requests are
// given to, and an input is a function of seed, surface and iteration alone, so that any of them
// can be made again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "casino/common/http_server.hpp"

namespace casino::fuzz {

struct Outcome {
  bool accepted = false;  // parsed, or answered 2xx
  int status = 0;         // 0: a parser, or there was no answer
  std::string wrong;      // an invariant that it broke; empty = none
};

class Target {
 public:
  virtual ~Target() = default;
  virtual Outcome take(const Request& request) = 0;
  // After the last request: what is wrong with the books; empty = nothing.
  virtual std::string end() { return {}; }
};

struct Surface {
  std::string name;
  std::vector<Request> seeds;    // well-formed: each is accepted as it stands, in this order
  std::vector<Request> hostile;  // never accepted
  std::function<std::unique_ptr<Target>()> make;  // called in the child, after the fork
};

// One row for each surface: all of them; what outside parties send; those that keep something, or a
// server.
std::vector<Surface> all_surfaces();
std::vector<Surface> outside_surfaces();
std::vector<Surface> service_surfaces();

// Changes requests; the same generator state gives the same changes.
class Mutator {
 public:
  Mutator(const std::vector<Request>& seeds, uint64_t seed) : seeds_(seeds), random_(seed) {}

  // One of the seeds, changed up to six times; sometimes not at all, which is a replay.
  Request next();

 private:
  size_t below(size_t end) { return end == 0 ? 0 : random_() % end; }
  const Request& any_seed() { return seeds_[below(seeds_.size())]; }
  void change(Request& request);
  void change_text(std::string& text);
  void change_bytes(std::string& text);
  void change_words(std::string& text);
  void change_headers(Headers& headers);
  std::string token();

  const std::vector<Request>& seeds_;
  std::mt19937_64 random_;
};

}  // namespace casino::fuzz
