#include "platform/kept_copies.hpp"

#include <fmt/format.h>

#include <ranges>
#include <set>
#include <sstream>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "platform/backup_store.hpp"
#include "platform/backups.hpp"

namespace rehearse {

Status KeptCopies::make_one(const std::string& data, const std::string& key_id) {
  KeptCopy copy;
  copy.data = data;
  copy.key_id = key_id;
  const int64_t made_ns = wall_ns();
  copy.made_at = rfc3339(made_ns);
  const auto said = effects_.exec(keeper(), {"keep", "make", data});
  if (!said) return std::unexpected(said.error());
  int64_t days = 0;
  std::istringstream words(*said);
  words >> copy.object >> copy.rows >> copy.stored_bytes >> copy.checksum_made >>
      copy.schema_version >> copy.cipher >> days;
  if (!words)
    return fail(ExitCode::inconclusive,
                fmt::format("a copy of {} is told of as `{}`", data, *said));
  copy.expires_at = rfc3339(made_ns + days * day_ns);
  copies_.push_back(std::move(copy));
  return {};
}

Status KeptCopies::make() {
  const auto key = read_file(fmt::format("{}/{}/{}", stack_.secrets_dir, keeper(), entry().key));
  if (!key) return std::unexpected(key.error());
  Status done;
  for (const auto& [data, component] : entry().keeps)
    if (auto made = make_one(data, key_id_of(*key)); !made)
      done = fail(ExitCode::inconclusive,
                  fmt::format("{} is not copied: {}", data, made.error().message));
  return done;
}

void KeptCopies::restore(KeptCopy& copy) {
  const auto said = effects_.exec(keeper(), {"keep", "restore", copy.data, copy.object});
  std::istringstream words(said.value_or("failed 0"));
  words >> copy.outcome >> copy.restored_rows;
  copy.restored_at = rfc3339(wall_ns());
}

Status KeptCopies::prove() {
  std::set<std::string> restored;
  for (KeptCopy& copy : copies_ | std::views::reverse)
    if (restored.insert(copy.data).second) restore(copy);
  const BackupStore store(effects_, stack_.of_component(entry().store).front()->name);
  std::vector<std::string> objects;
  for (const KeptCopy& copy : copies_) objects.push_back(copy.object);
  const auto sums = store.sums_of(objects);
  if (!sums) return std::unexpected(sums.error());
  const auto locked_until = store.locked_until();
  if (!locked_until) return std::unexpected(locked_until.error());
  for (size_t i = 0; i < copies_.size(); ++i) {
    copies_[i].checksum = (*sums)[i];
    copies_[i].locked_until = *locked_until;
  }
  return {};
}

}  // namespace rehearse
