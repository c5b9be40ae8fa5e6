// Proves that personal data stays at home: every player with an account has exactly one record, it
// lies in the store of his home, and nobody was given a record of one store through another.
// Where regions have vaults of their own: each in that of his home's region, and nothing of it in
// any table or topic; and what is in several regions at all is on the platform's list. From:
// residency and residency_reads (the vault's stores and its audit trail), accounts, screenings with
// screening_verdicts (who must have been read), residency_places. Cannot see: copies that somebody
// made elsewhere of what he was rightly given.
#include <map>
#include <set>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {

namespace {

// Nobody can be screened whose data nobody read: the trail has a read for each that was.
void examine_trail(Examination& examination, const Books& books) {
  if (!books.screenings || !books.screening_verdicts) return;
  std::map<std::string_view, int64_t> reads;  // by player
  for (const ResidencyRead& read : *books.residency_reads) ++reads[read.player];
  std::set<std::string_view> found;  // business keys that a screening provider decided on
  for (const ScreeningVerdict& verdict : *books.screening_verdicts)
    found.insert(verdict.business_key);
  for (const ScreeningRow& row : *books.screenings) {
    if (!found.contains(row.business_key)) continue;
    examination.examined();
    if (--reads[row.player] == -1)
      examination.violation("{}: was screened more often than the vault gave out his data",
                            row.player);
  }
}

// Whatever lies in a region, by the list of what may, and by words that nothing there may have.
void examine_places(Examination& examination, const Books& books) {
  std::set<std::string_view> searched;
  for (const ResidencyPlace& place : *books.residency_places) {
    if (place.rows == 0) continue;
    examination.examined(place.rows);
    if (place.marks > 0) searched.insert(place.region);
    if (place.shared.empty())
      examination.violation("{} of region {}: {} rows of what may not leave a region", place.place,
                            place.region, place.rows);
    if (place.traces > 0)
      examination.violation("{} of region {}: {} rows tell personal data, the first that of {}",
                            place.place, place.region, place.traces, place.trace);
  }
  for (const ResidencyRow& row : *books.residency)
    if (!searched.contains(row.home_region))
      return examination.cannot_say(
          fmt::format("nothing of region '{}' was searched for personal data", row.home_region));
}

}  // namespace

Finding examine_data_residency(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.residency || !books.accounts)
    return without_books("data_residency", "residency or accounts");
  Examination examination("data_residency");
  std::map<std::string_view, int64_t> records;  // by player
  std::map<std::string_view, int64_t> per_store;
  for (const ResidencyRow& row : *books.residency) {
    examination.examined();
    ++per_store[row.store];
    if (++records[row.player] == 2)
      examination.violation("{}: more than one record of personal data", row.player);
    if (row.store != row.home)
      examination.violation("{}: at home in {}, but its data lies in {}", row.player, row.home,
                            row.store);
    if (row.region != row.home_region)
      examination.violation("{}: at home in {} of region {}, but its data lies in region {}",
                            row.player, row.home, row.home_region, row.region);
  }
  std::set<std::string_view> players;
  for (const Account& account : *books.accounts)
    if (const auto player = player_of(account.account); !player.empty()) players.insert(player);
  for (const std::string_view player : players)
    if (!records.contains(player))
      examination.violation("{}: has an account, and no record of personal data", player);
  int64_t given = 0, refused = 0;
  if (books.residency_reads) {
    examine_trail(examination, books);
    for (const ResidencyRead& read : *books.residency_reads) {
      examination.examined();
      ++(read.outcome == "ok" ? given : refused);
      if (read.outcome != "ok" || (read.store == read.home && read.region == read.home_region))
        continue;
      examination.violation("{}: at home in {}, given to {} through {}", read.player, read.home,
                            read.reader, read.store == read.home ? read.region : read.store);
    }
  } else {
    examination.cannot_say("the vault's audit trail is missing");
  }
  if (books.residency_places) examine_places(examination, books);
  std::string summary;
  for (const auto& [store, count] : per_store)
    summary += fmt::format("{}{}: {} records", summary.empty() ? "" : ", ", store, count);
  summary += fmt::format("; {} reads at home, {} from elsewhere refused", given, refused);
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
