#include "platform/backup_catalogue.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/json_field.hpp"

namespace rehearse {
namespace {

using nlohmann::json;

constexpr int64_t status_ok = 0, status_no_backup = 2;

std::string time_of(const json& unix_s) {
  return rfc3339(unix_s.get<int64_t>() * ns_per_s);
}

std::string annotation(const json& backup, const char* name) {
  const auto found = backup.find("annotation");
  return found == backup.end() || !found->is_object() ? "" : field(*found, name, "");
}

// Annotations are what `Backups::take` gave it.
Backup backup_of(const json& item) {
  Backup backup;
  backup.label = item.at("label").get<std::string>();
  backup.kind = item.at("type").get<std::string>();
  if (const auto prior = item.find("prior"); prior != item.end() && prior->is_string())
    backup.prior = prior->get<std::string>();
  backup.started_at = time_of(item.at("timestamp").at("start"));
  backup.finished_at = time_of(item.at("timestamp").at("stop"));
  backup.wal_start = item.at("archive").at("start").get<std::string>();
  backup.wal_stop = item.at("archive").at("stop").get<std::string>();
  backup.size_bytes = item.at("info").at("size").get<int64_t>();
  backup.stored_bytes = item.at("info").at("repository").at("delta").get<int64_t>();
  backup.schema_version = annotation(item, "schema");
  backup.key_id = annotation(item, "key");
  return backup;
}

std::vector<Backup> backups_of(const json& stanza) {
  std::map<int64_t, std::string> clusters, last_wal;  // by the database's number
  for (const json& database : stanza.at("db"))
    clusters[database.at("id").get<int64_t>()] =
        std::to_string(database.at("system-id").get<uint64_t>());
  for (const json& archive : stanza.at("archive"))
    if (archive.at("max").is_string())
      last_wal[archive.at("database").at("id").get<int64_t>()] =
          archive.at("max").get<std::string>();
  std::vector<Backup> backups;
  for (const json& item : stanza.at("backup")) {
    Backup& backup = backups.emplace_back(backup_of(item));
    const auto database = item.at("database").at("id").get<int64_t>();
    backup.cluster = clusters[database];
    backup.wal_last = last_wal[database];
    backup.cipher = stanza.at("cipher").get<std::string>();
  }
  return backups;
}

}  // namespace

Result<std::vector<Backup>> read_catalogue(const std::string& text, const std::string& stanza) {
  const auto refuse = [](const std::string& why) {
    return fail(ExitCode::inconclusive, "the catalogue of backups cannot be read: " + why);
  };
  try {
    for (const json& one : json::parse(text)) {
      if (one.at("name") != stanza) continue;
      const auto code = one.at("status").at("code").get<int64_t>();
      if (code != status_ok && code != status_no_backup)
        return refuse(one.at("status").at("message").get<std::string>());
      return backups_of(one);
    }
    return refuse(fmt::format("it has no stanza `{}`", stanza));
  } catch (const json::exception& error) {
    return refuse(error.what());
  }
}

}  // namespace rehearse
