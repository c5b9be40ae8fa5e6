// Backups of the ledger's database: made on its primary by pgbackrest, kept in an S3 store. What is
// run inside the nodes is fixtures/images/postgres/backup and fixtures/images/s3/s3.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/clock.hpp"
#include "platform/platform.hpp"
#include "record/tables.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

constexpr int64_t day_ns = 86'400 * ns_per_s;

enum class BackupKind { full, incremental };

class Backups {
 public:
  // Both outlive it.
  Backups(Effects& effects, const Stack& stack) : effects_(effects), stack_(stack) {}

  // Whether the stack that was raised has a store for them.
  bool are_kept() const { return !entry().store.empty(); }
  const BackupsEntry& entry() const { return stack_.file.backups; }

  // Makes one on that node, the primary, and waits until it is made. Errors (inconclusive): it
  // failed and why, or was not made in time.
  Status take(BackupKind kind, const std::string& primary);
  // All that there are, by the word of any node that can read them.
  Result<std::vector<Backup>> list();
  // Puts an object beside them and tries to delete its version: as who makes backups, and as who
  // owns the store.
  Result<std::vector<BackupDeletion>> try_to_delete();
  // The same of the list of files of a backup, without which it is none.
  Result<std::vector<BackupDeletion>> try_to_delete(const std::string& label);
  // Puts garbage over that list, as whoever has the account of backups can. Nobody can take that
  // back: the store keeps both versions.
  Status spoil(const std::string& label);
  // Ends the segment of WAL that is written now: its name. And the last one that is archived.
  Result<std::string> end_segment(const std::string& primary) const;
  Result<std::string> last_archived(const std::string& primary) const;
  // The last one that was made, with the checksum that it has now. Errors (inconclusive): none.
  Result<Backup> newest() const;
  // Of its list of files as it is now, SHA-256; empty: it cannot be read.
  Result<std::string> checksum_of(const Backup& backup) const;

  // The key is gone from every node; and there again, by the copy in escrow. Errors: a node that
  // did not take notice; machine, there is no such copy.
  bool has_key() const;
  Status lose_key() const;
  Status release_key() const;

  // The node that restores go to, apart from everybody but the store; null: none is raised.
  const Node* restorer() const;
  // What was restored before is forgotten.
  Status forget_restore();
  // Begins to restore what was committed until then (RFC 3339), once that is archived; after a
  // while also where it is not, for then that is what the restore has to show. Without a primary
  // (empty) there is what is archived. Errors (inconclusive): it cannot begin.
  Status begin_restore(const std::string& primary, const std::string& target_at,
                       int64_t archived_ms_max = 20'000);
  // As the books' user, where it is restored to.
  DatabaseLogin restored_login() const;
  // What has become of it; nullopt: none was begun. While it goes on it has no outcome. Errors
  // (inconclusive): the node does not say.
  Result<std::optional<Restore>> restored(const std::string& primary) const;

 private:
  Result<std::string> ask(const std::string& node, const std::string& query,
                          const std::string& database = "") const;
  Result<std::string> schema_at(const std::string& node) const;
  Result<std::string> cluster_at(const std::string& node) const;
  Result<std::string> key_id_at(const std::string& node) const;
  // What `read` makes of the answer of the first node that has one, databases first: who cannot
  // reach the store answers, too.
  template <typename Read>
  std::invoke_result_t<Read, const std::string&> by_any_node(
      const std::vector<std::string>& command, Read read) const;
  Result<std::vector<Backup>> listed() const;
  // Of the list of files of each of these, SHA-256; empty: it cannot be read.
  Result<std::vector<std::string>> checksums_of(const std::vector<Backup>& backups) const;
  Status await_archived(const std::string& primary, int64_t archived_ms_max) const;
  // What tells the tool its key, with that account's word or another, wherever there is one.
  Status configure(const std::string& database_word, const std::string& restorer_word) const;
  std::string files_of(const std::string& label) const;  // the object that lists them
  Result<std::vector<BackupDeletion>> try_to_delete(const std::string& object,
                                                    const std::string& version);
  const Node& store() const { return *stack_.of_component(entry().store).front(); }

  Effects& effects_;
  const Stack& stack_;
  std::map<std::string, std::string> checksums_made_;  // by label, of those made here
};

// An identifier of a key that tells nothing of it.
std::string key_id_of(const std::string& key);

}  // namespace rehearse
