#include "platform/backup_store.hpp"

#include <sstream>

#include "base/clock.hpp"

namespace rehearse {

Result<std::vector<std::string>> BackupStore::sums_of(
    const std::vector<std::string>& objects) const {
  std::vector<std::string> command = {"s3", "sums"};
  command.insert(command.end(), objects.begin(), objects.end());
  const auto said = effects_.exec(node_, command);
  if (!said) return std::unexpected(said.error());
  std::istringstream lines(*said);
  std::vector<std::string> sums(objects.size());
  for (std::string& sum : sums) std::getline(lines, sum);
  return sums;
}

Result<std::string> BackupStore::locked_until() const {
  const auto said_s = effects_.exec(node_, {"s3", "locked-until"});
  if (!said_s) return std::unexpected(said_s.error());
  return rfc3339(std::atoll(said_s->c_str()) * ns_per_s);
}

}  // namespace rehearse
