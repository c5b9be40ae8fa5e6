#include "platform/backups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/json_field.hpp"
#include "base/sha256.hpp"
#include "platform/backup_catalogue.hpp"
#include "platform/backup_store.hpp"
#include "stack/secrets.hpp"
#include "undo/superuser.hpp"

namespace rehearse {
namespace {

constexpr int64_t made_ns_max = 120 * ns_per_s;
constexpr int64_t state_connect_ms = 500, state_total_ms = 2'000;
constexpr auto state_interval = std::chrono::milliseconds(500);
constexpr const char* probe_object = "deletion-probe";

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The last line of what `s3` prints is the answer's status.
int64_t status_in(const std::string& printed) {
  const auto lines = lines_in(printed);
  return lines.empty() ? 0 : std::atoll(lines.back().c_str());
}

Result<int64_t> retention_ns_in(const std::string& said) {
  const int64_t days = std::atoll(said.c_str());
  if (days > 0) return days * day_ns;
  return fail(ExitCode::inconclusive, "the tool does not tell how long it keeps a backup");
}

// An error says why in XML.
std::string error_in(const std::string& printed) {
  const std::string open = "<Code>";
  const size_t at = printed.find(open);
  if (at == std::string::npos) return "";
  const size_t from = at + open.size();
  return printed.substr(from, printed.find('<', from) - from);
}

}  // namespace

std::string key_id_of(const std::string& key) {
  return sha256_hex(key).substr(0, 12);
}

// The first line of what its superuser is answered.
Result<std::string> Backups::ask(const std::string& node, const std::string& query,
                                 const std::string& database) const {
  auto command = superuser_psql(query);
  if (!database.empty()) command.insert(command.end(), {"-d", database});
  const auto said = effects_.exec(node, command);
  if (!said) return said;
  return said->substr(0, said->find('\n'));
}

Result<std::string> Backups::schema_at(const std::string& node) const {
  return ask(node, entry().schema_query, stack_.file.books.sql_database);
}

Result<std::string> Backups::cluster_at(const std::string& node) const {
  return ask(node, "SELECT system_identifier FROM pg_control_system()");
}

Result<std::string> Backups::key_id_at(const std::string& node) const {
  const auto key = read_file(fmt::format("{}/{}/{}", stack_.secrets_dir, node, entry().key));
  if (!key) return key;
  return key_id_of(*key);
}

Status Backups::take(BackupKind kind, const std::string& primary) {
  const auto schema = schema_at(primary), key = key_id_at(primary);
  if (!schema) return std::unexpected(schema.error());
  if (!key) return std::unexpected(key.error());
  const auto begun =
      effects_.exec(primary, {"backup", kind == BackupKind::full ? "full" : "incr",
                              "--annotation=schema=" + *schema, "--annotation=key=" + *key});
  if (!begun) return std::unexpected(begun.error());
  const int64_t deadline_ns = monotonic_ns() + made_ns_max;
  std::string said;
  while (said != "done\n") {
    std::this_thread::sleep_for(state_interval);
    const auto state = effects_.exec(primary, {"backup", "state"});
    if (!state) return std::unexpected(state.error());
    said = *state;
    if (said.starts_with("failed"))
      return fail(ExitCode::inconclusive, fmt::format("a backup of {} {}", primary, said));
    if (monotonic_ns() > deadline_ns)
      return fail(ExitCode::inconclusive, fmt::format("a backup of {} is not made yet", primary));
  }
  const auto made = newest();
  if (!made) return std::unexpected(made.error());
  if (made->checksum.empty())
    return fail(ExitCode::inconclusive, made->label + ": its list of files cannot be read");
  checksums_made_[made->label] = made->checksum;
  return {};
}

template <typename Read>
std::invoke_result_t<Read, const std::string&> Backups::by_any_node(
    const std::vector<std::string>& command, Read read) const {
  Error last;
  auto nodes = stack_.of_twins(entry().component);
  // Who restores can read the store, too: where every database is gone, nobody else is left.
  if (restorer() != nullptr) nodes.push_back(restorer());
  for (const Node* node : nodes) {
    const auto said = effects_.exec(node->name, command);
    auto answer = said ? read(*said) : std::unexpected(said.error());
    if (answer) return answer;
    last = answer.error();
  }
  return std::unexpected(last);
}

Result<std::vector<Backup>> Backups::listed() const {
  return by_any_node({"backup", "info", "--output=json"}, [this](const std::string& said) {
    return read_catalogue(said, entry().stanza);
  });
}

Result<std::vector<std::string>> Backups::checksums_of(const std::vector<Backup>& backups) const {
  std::vector<std::string> lists;
  for (const Backup& backup : backups) lists.push_back(files_of(backup.label));
  return BackupStore(effects_, store().name).sums_of(lists);
}

Result<std::vector<Backup>> Backups::list() {
  auto backups = listed();
  if (!backups) return backups;
  const auto sums = checksums_of(*backups);
  if (!sums) return std::unexpected(sums.error());
  // Not as it is declared: that is what it is compared with.
  const auto kept_ns = by_any_node({"backup", "retention"}, retention_ns_in);
  if (!kept_ns) return std::unexpected(kept_ns.error());
  const auto locked_until = BackupStore(effects_, store().name).locked_until();
  if (!locked_until) return std::unexpected(locked_until.error());
  std::vector<std::string> data_zones;
  for (const Node* node : stack_.of_twins(entry().component)) data_zones.push_back(node->zone);
  for (size_t i = 0; i < backups->size(); ++i) {
    Backup& backup = (*backups)[i];
    backup.checksum = (*sums)[i];
    if (const auto made = checksums_made_.find(backup.label); made != checksums_made_.end())
      backup.checksum_made = made->second;
    const auto finished_ns = parse_utc_ns(backup.finished_at).value_or(0);
    backup.expires_at = rfc3339(finished_ns + *kept_ns);
    backup.locked_until = *locked_until;
    backup.place = store().zone;
    backup.data_places = fmt::format("{}", fmt::join(data_zones, " "));
  }
  return backups;
}

bool Backups::has_key() const {
  const auto databases = stack_.of_component(entry().component);
  return std::ranges::any_of(databases,
                             [&](const Node* node) { return key_id_at(node->name).has_value(); });
}

Status Backups::lose_key() const {
  if (auto lost = lose_secret(stack_, entry().key); !lost) return lost;
  return configure("no-key", "no-key");
}

Status Backups::release_key() const {
  if (auto released = release_secret(stack_, entry().key); !released) return released;
  return configure("backup", "restore");
}

// A node that does not run reads its key when it starts.
Status Backups::configure(const std::string& database_word,
                          const std::string& restorer_word) const {
  Status done;
  const auto tell = [&](const Node& node, const std::string& word) {
    const auto said = effects_.exec(node.name, {"backup-config", word});
    if (!said) done = std::unexpected(said.error());
  };
  for (const Node* node : stack_.of_component(entry().component)) tell(*node, database_word);
  if (restorer() != nullptr) tell(*restorer(), restorer_word);
  return done;
}

const Node* Backups::restorer() const {
  const auto nodes = stack_.of_component(entry().restorer);
  return nodes.empty() ? nullptr : nodes.front();
}

DatabaseLogin Backups::restored_login() const {
  auto login = reader_login(stack_, restorer()->name);
  login.port = client_endpoint(stack_, *stack_.of_twins(entry().component).front()).port;
  return login;
}

Status Backups::forget_restore() {
  const auto forgotten = effects_.exec(restorer()->name, {"restore", "forget"});
  if (!forgotten) return std::unexpected(forgotten.error());
  return {};
}

Result<std::string> Backups::end_segment(const std::string& primary) const {
  return ask(primary, "SELECT pg_walfile_name(pg_switch_wal())");
}

Result<std::string> Backups::last_archived(const std::string& primary) const {
  return ask(primary, "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
}

Status Backups::await_archived(const std::string& primary, int64_t archived_ms_max) const {
  const auto wanted = end_segment(primary);
  if (!wanted) return std::unexpected(wanted.error());
  const int64_t deadline_ns = monotonic_ns() + archived_ms_max * ns_per_ms;
  auto archived = last_archived(primary);
  while (archived && *archived < *wanted && monotonic_ns() < deadline_ns) {
    std::this_thread::sleep_for(state_interval);
    archived = last_archived(primary);
  }
  if (!archived) return std::unexpected(archived.error());
  return {};
}

// WAL is read to its first commit after that moment, so what holds it must be archived.
Status Backups::begin_restore(const std::string& primary, const std::string& target_at,
                              int64_t archived_ms_max) {
  if (!primary.empty())
    if (auto archived = await_archived(primary, archived_ms_max); !archived) return archived;
  const auto begun = effects_.exec(restorer()->name, {"restore", "begin", target_at});
  if (!begun) return std::unexpected(begun.error());
  return {};
}

Result<std::optional<Restore>> Backups::restored(const std::string& primary) const {
  const auto answer = http_call(stack_.endpoint(*restorer()), {"GET", "/state", {}, ""},
                                state_connect_ms, state_total_ms);
  const auto state = answer && answer->status == 200
                         ? nlohmann::json::parse(answer->body, nullptr, false)
                         : nlohmann::json();
  if (!state.is_object())
    return fail(ExitCode::inconclusive, restorer()->name + " does not tell what it restored");
  const auto number = [&](const char* name) { return std::atoll(field(state, name, "").c_str()); };
  Restore restore;
  restore.outcome = field(state, "outcome", "");
  if (!state.contains("started_ms")) return std::nullopt;
  if (restore.outcome.empty()) return restore;
  restore.label = field(state, "label", "");
  restore.target_at = field(state, "target", "");
  restore.started_at = rfc3339(number("started_ms") * ns_per_ms);
  restore.finished_at = rfc3339(number("finished_ms") * ns_per_ms);
  restore.error = field(state, "error", "");
  restore.cluster = field(state, "cluster", "");
  restore.restored_bytes = number("restored_bytes");
  restore.restore_ms = number("restore_ms");
  restore.replayed_bytes = number("replayed_bytes");
  restore.replay_ms = number("replay_ms");
  // Where it failed there is nobody to ask.
  restore.key_id = key_id_at(restorer()->name).value_or("");
  restore.schema_version = schema_at(restorer()->name).value_or("");
  restore.primary_schema_version = schema_at(primary).value_or("");
  restore.primary_cluster = cluster_at(primary).value_or("");
  return restore;
}

std::string Backups::files_of(const std::string& label) const {
  return fmt::format("/{}/backup/{}/{}/backup.manifest", entry().bucket, entry().stanza, label);
}

Result<std::string> Backups::checksum_of(const Backup& backup) const {
  const auto sums = checksums_of({backup});
  if (!sums) return std::unexpected(sums.error());
  return sums->front();
}

Result<Backup> Backups::newest() const {
  auto backups = listed();
  if (!backups) return std::unexpected(backups.error());
  if (backups->empty()) return fail(ExitCode::inconclusive, "there is no backup");
  const auto sum = checksum_of(backups->back());
  if (!sum) return std::unexpected(sum.error());
  backups->back().checksum = *sum;
  return backups->back();
}

Status Backups::spoil(const std::string& label) {
  // Of the list there is a copy, which the tool takes where the list is damaged.
  const auto spoiled =
      effects_.exec(store().name, {"s3", "spoil", files_of(label), files_of(label) + ".copy"});
  if (!spoiled) return std::unexpected(spoiled.error());
  return {};
}

Result<std::vector<BackupDeletion>> Backups::try_to_delete() {
  const std::string object = fmt::format("/{}/{}", entry().bucket, probe_object);
  const auto version = effects_.exec(store().name, {"s3", "put", object});
  if (!version) return std::unexpected(version.error());
  return try_to_delete(object, *version);
}

Result<std::vector<BackupDeletion>> Backups::try_to_delete(const std::string& label) {
  const auto version = effects_.exec(store().name, {"s3", "version", files_of(label)});
  if (!version) return std::unexpected(version.error());
  return try_to_delete(files_of(label), *version);
}

Result<std::vector<BackupDeletion>> Backups::try_to_delete(const std::string& object,
                                                           const std::string& printed) {
  const std::string version = printed.substr(0, printed.find('\n'));
  if (version.empty()) return fail(ExitCode::inconclusive, "the store keeps no versions");
  const std::string path = fmt::format("{}?versionId={}", object, version);
  std::vector<BackupDeletion> attempts;
  for (const char* account : {"backup", "owner"}) {
    BackupDeletion& attempt = attempts.emplace_back();
    attempt.at = rfc3339(wall_ns());
    attempt.account = account;
    attempt.object = object;
    attempt.version = version;
    const auto deleted = effects_.exec(store().name, {"s3", account, "DELETE", path});
    if (!deleted) return std::unexpected(deleted.error());
    attempt.status = status_in(*deleted);
    attempt.error = error_in(*deleted);
    const auto read = effects_.exec(store().name, {"s3", "restore", "GET", path});
    if (!read) return std::unexpected(read.error());
    attempt.kept = status_in(*read) == 200 ? 1 : 0;
  }
  return attempts;
}

}  // namespace rehearse
