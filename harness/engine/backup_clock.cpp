#include "engine/backup_clock.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/rest.hpp"

namespace rehearse {
namespace {

constexpr auto look_interval = std::chrono::milliseconds(200);
constexpr int64_t restored_ns_max = 180 * ns_per_s;
constexpr int64_t again_ns =
    5 * ns_per_s;  // after one that failed: a primary may be elected meanwhile

}  // namespace

Result<std::string> BackupClock::primary() const {
  return Platform(stack_).holder_of(view_(), Purpose::ledger, Rank::leader);
}

Status BackupClock::make(BackupKind kind) {
  const int64_t began_ns = monotonic_ns();
  const auto node = primary();
  if (!node) return std::unexpected(node.error());
  if (auto made = backups_.take(kind, *node); !made) return made;
  if (kind == BackupKind::full) full_ns_ = began_ns;
  made_ns_ = began_ns;
  // What lies elsewhere goes with what it is to fit to.
  if (kind == BackupKind::full && copies_.are_made())
    if (auto copied = copies_.make(); !copied) return copied;
  recorder_.event("backups", kind == BackupKind::full ? "full" : "increment",
                  fmt::format("of {} in {:.1f} s", *node,
                              static_cast<double>(monotonic_ns() - began_ns) / ns_per_s));
  return {};
}

Status BackupClock::begin() {
  if (!backups_.are_kept()) return {};
  if (!backups_.has_key())
    if (auto released = backups_.release_key(); !released) return released;
  if (backups_.restorer())
    if (auto forgotten = backups_.forget_restore(); !forgotten) return forgotten;
  if (auto made = make(BackupKind::full); !made) return made;
  thread_ = std::jthread([this](const std::stop_token& stop) { keep_time(stop); });
  return {};
}

void BackupClock::keep_time(const std::stop_token& stop) {
  const BackupPolicy& policy = backups_.entry().policy;
  const int64_t full_ns = policy.scaled_ms(policy.full_ms) * ns_per_ms;
  const int64_t increment_ns = policy.scaled_ms(policy.incremental_ms) * ns_per_ms;
  for (int64_t not_before_ns = 0; !stop.stop_requested(); rest(stop, look_interval)) {
    const int64_t now_ns = monotonic_ns();
    const bool full = now_ns - full_ns_ >= full_ns;
    if (now_ns < not_before_ns || (!full && now_ns - made_ns_ < increment_ns)) continue;
    const auto made = make(full ? BackupKind::full : BackupKind::incremental);
    if (made) continue;
    recorder_.event("backups", "failed", made.error().message);
    not_before_ns = monotonic_ns() + again_ns;
  }
}

// One that goes on is waited for.
Status BackupClock::collect_restore(Books& books) {
  const auto node = primary();
  if (!node) return std::unexpected(node.error());
  const int64_t deadline_ns = monotonic_ns() + restored_ns_max;
  while (monotonic_ns() < deadline_ns) {
    auto restore = backups_.restored(*node);
    if (!restore) return std::unexpected(restore.error());
    if (!*restore) return {};
    if (!(*restore)->outcome.empty()) {
      if ((*restore)->outcome == "ok") restored_ = backups_.restored_login();
      books.restores = {std::move(**restore)};
      return {};
    }
    std::this_thread::sleep_for(look_interval);
  }
  return fail(ExitCode::inconclusive, "a restore did not come to its end");
}

Books BackupClock::collect_restored(const std::map<std::string, std::string>& tables,
                                    const std::string& dir,
                                    std::vector<std::string>& troubles) const {
  BooksSource source;
  source.sql_login = *restored_;
  source.sql = tables;
  for (auto& trouble : collect_books(source, dir)) troubles.push_back(std::move(trouble));
  return read_books(dir, troubles);
}

// The last ones hold what the run did: those are restored.
std::vector<std::string> BackupClock::prove_copies(Books& books) {
  if (!copies_.are_made()) return {};
  std::vector<std::string> troubles;
  if (auto made = copies_.make(); !made) troubles.push_back(made.error().message);
  if (auto proven = copies_.prove(); !proven) troubles.push_back(proven.error().message);
  books.kept_copies = copies_.all();
  return troubles;
}

std::vector<std::string> BackupClock::finish(Run& run,
                                             const std::map<std::string, std::string>& tables,
                                             const std::string& run_dir) {
  if (!backups_.are_kept()) return {};
  Books& books = run.books;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  std::vector<std::string> troubles;
  // Where no runbook did: whoever judges has to read what there is.
  if (!backups_.has_key())
    if (auto released = backups_.release_key(); !released)
      troubles.push_back(released.error().message);
  for (auto& trouble : prove_copies(books)) troubles.push_back(std::move(trouble));
  if (backups_.restorer())
    if (auto done = collect_restore(books); !done) troubles.push_back(done.error().message);
  if (auto listed = backups_.list())
    books.backups = std::move(*listed);
  else
    troubles.push_back(listed.error().message);
  if (auto attempts = backups_.try_to_delete())
    books.backup_deletions = std::move(*attempts);
  else
    troubles.push_back(attempts.error().message);
  if (restored_)
    run.restored =
        collect_restored(tables, fmt::format("{}/{}", run_dir, restored_folder), troubles);
  return troubles;
}

}  // namespace rehearse
