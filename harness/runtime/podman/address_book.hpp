// Which address each node has, on disk for as long as the network is there: whoever heals in place
// of a dead harness knows nodes by their names only, as the fault journal does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/machine.hpp"

namespace rehearse {

// The smallest prefix that all zones are in: what is outside of it (the control network) is never
// cut or delayed. Errors (usage): no prefix, or the control address lies within it.
Result<std::string> zones_range_of(const NetworkSpec& network);

class AddressBook {
 public:
  explicit AddressBook(std::string path) : path_(std::move(path)) {}

  Status write(const NetworkSpec& network) const;
  Status remove() const;

  // Read anew each time: another process may have taken the network down. Errors (machine): there
  // is no network, or no such node in it.
  Result<std::string> zones_range() const;
  Result<std::string> address_of(const std::string& node) const;
  // Of peers as Effects::cut has them, or as journals had them before: addresses and prefixes.
  Result<std::vector<std::string>> ranges_of(const std::vector<std::string>& peers) const;
  // The other way round: peers by their ranges. None where there is no network.
  std::map<std::string, std::string> peers() const;

 private:
  std::string path_;
};

}  // namespace rehearse
