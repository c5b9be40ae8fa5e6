#include "engine/deposed.hpp"

#include <fmt/format.h>

#include <set>
#include <tuple>

#include "platform/books/collect.hpp"

namespace rehearse {
namespace {

constexpr const char* ledger_table = "ledger_entries";

// Who led and does not lead now.
std::set<std::string> deposed_nodes(const DeposedSource& source, const Recorder& recorder) {
  const Platform platform(source.stack);
  const std::string selector = platform.selector_of(Purpose::ledger, Rank::leader);
  const std::string leads = selector.substr(selector.find('.') + 1);
  std::set<std::string> nodes;
  for (const RoleChange& change : recorder.roles())
    if (change.role == leads &&
        source.stack.find(change.component)->component == platform.component_of(Purpose::ledger))
      nodes.insert(change.component);
  if (const auto now = platform.holder_of(source.view, Purpose::ledger, Rank::leader))
    nodes.erase(*now);
  return nodes;
}

void collect_node(const DeposedSource& source, const std::string& node, Run& run,
                  Recorder& recorder) {
  const auto trouble = [&](const std::string& why) {
    recorder.trouble(fmt::format("what only {} had: {}", node, why));
  };
  const Autopsy autopsy(source.effects, source.stack);
  const auto kept = autopsy.of(node, run.started_wall_ns);
  if (!kept) return trouble(kept.error().message);
  if (!*kept) return;
  const auto login = autopsy.open(node);
  if (!login) return trouble(login.error().message);
  BooksSource books;
  books.sql_login = *login;
  books.sql = {{ledger_table, source.sql.at(ledger_table)}};
  const std::string dir = source.dir + "/" + node;
  std::vector<std::string> troubles = collect_books(books, dir);
  autopsy.close(node);
  const Books had = read_books(dir, troubles);
  for (const std::string& one : troubles) trouble(one);
  if (!had.ledger_entries || !run.books.ledger_entries) return;
  auto only = only_in(node, *had.ledger_entries, *run.books.ledger_entries);
  recorder.event("autopsy", node,
                 fmt::format("{} commits from {} on timeline {} on; {} entries are nowhere else",
                             (*kept)->commits, (*kept)->from_lsn, (*kept)->timeline, only.size()));
  if (!run.books.deposed_entries) run.books.deposed_entries.emplace();
  for (auto& entry : only) run.books.deposed_entries->push_back(std::move(entry));
}

}  // namespace

std::vector<DeposedEntry> only_in(const std::string& node, const std::vector<LedgerEntry>& had,
                                  const std::vector<LedgerEntry>& primary) {
  const auto place = [](const LedgerEntry& entry) {
    return std::tie(entry.ledger, entry.seq, entry.tx, entry.account);
  };
  std::set<std::tuple<std::string, int64_t, std::string, std::string>> known;
  for (const LedgerEntry& entry : primary) known.insert(place(entry));
  std::vector<DeposedEntry> only;
  for (const LedgerEntry& entry : had)
    if (!known.contains(place(entry)))
      only.push_back({node, entry.ledger, entry.seq, entry.tx, entry.key, entry.account,
                      entry.currency, entry.amount_minor, entry.kind, entry.committed_at});
  return only;
}

void collect_deposed(const DeposedSource& source, Run& run, Recorder& recorder) {
  if (!source.sql.contains(ledger_table)) return;
  for (const std::string& node : deposed_nodes(source, recorder))
    collect_node(source, node, run, recorder);
}

}  // namespace rehearse
