// Random numbers that are the same everywhere: std::mt19937_64 is portable, the distributions of
// the standard library are not, so the transforms are ours.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace rehearse {

// A uniform double in [0, 1) from 64 random bits: the upper 53 fill its mantissa.
inline double unit_interval(uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// SplitMix64 (Steele, Lea, Flood 2014): turns any number into well-mixed bits, so that a choice can
// depend on (seed, operation, try) alone and not on the order in which answers came.
inline uint64_t mixed(uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  double uniform() { return unit_interval(engine_()); }
  bool chance(double share) { return uniform() < share; }
  double exponential(double mean) { return -mean * std::log1p(-uniform()); }

  // Both ends included; the bias of scaling 53 bits does not matter at these sizes.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(uniform() * static_cast<double>(high - low + 1));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rehearse
