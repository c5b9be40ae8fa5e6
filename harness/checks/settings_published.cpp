// Proves that texts, bonus rules and limits were never anything but what two people had published:
// versions follow on each other and are as they were made, and whatever was done by one was done
// while it was in force. From: settings (the versions) and setting_uses (what was done by which).
// Cannot see: whether the words of a version were the ones that a player read.
#include <algorithm>
#include <limits>
#include <map>

#include "base/sha256.hpp"
#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

// Whoever reads a setting may keep it for a second, and clocks of two nodes differ.
constexpr int64_t settling_ms = 5'000;

using Versions = std::map<int64_t, const SettingVersion*>;

void examine_versions(Examination& examination, const std::string& name, const Versions& versions) {
  int64_t expected = 1;
  for (const auto& [number, version] : versions) {
    examination.examined();
    if (number != expected)
      examination.violation("{}: version {} follows on {}", name, number, expected - 1);
    expected = number + 1;
    if (sha256_hex(version->content) != version->content_hash)
      examination.violation("{} {}: its content is not that of its hash", name, number);
    if (version->author.empty() || version->approved_by.empty() ||
        version->author == version->approved_by)
      examination.violation("{} {}: was published by `{}` and approved by `{}`", name, number,
                            version->author, version->approved_by);
    if (version->valid_from_ms <= 0)
      examination.violation("{} {}: does not tell from when it holds", name, number);
  }
}

// From when on a later version holds; of the last one, never.
int64_t replaced_at_ms(const Versions& versions, int64_t number) {
  int64_t replaced_ms = std::numeric_limits<int64_t>::max();
  for (auto later = versions.upper_bound(number); later != versions.end(); ++later)
    replaced_ms = std::min(replaced_ms, later->second->valid_from_ms);
  return replaced_ms;
}

}  // namespace

Finding examine_settings_published(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.settings || !books.setting_uses)
    return without_books("settings_published", "settings or setting_uses");
  Examination examination("settings_published");
  std::map<std::string, Versions> settings;
  for (const SettingVersion& version : *books.settings)
    settings[version.setting][version.version] = &version;
  for (const auto& [name, versions] : settings) examine_versions(examination, name, versions);
  for (const SettingUse& use : *books.setting_uses) {
    examination.examined();
    const Versions& versions = settings[use.setting];
    const auto version = versions.find(use.version);
    if (version == versions.end()) {
      examination.violation("{}: by version {} of {}, which nobody published", use.use, use.version,
                            use.setting);
      continue;
    }
    if (use.content_hash != version->second->content_hash)
      examination.violation("{}: by another content than version {} of {} has", use.use,
                            use.version, use.setting);
    const int64_t replaced_ms = replaced_at_ms(versions, use.version);
    if (use.at_ms < version->second->valid_from_ms - settling_ms)
      examination.violation("{}: by version {} of {} before it held", use.use, use.version,
                            use.setting);
    else if (use.at_ms - settling_ms > replaced_ms)
      examination.violation("{}: by version {} of {}, which was replaced {:.1f} s before", use.use,
                            use.version, use.setting,
                            static_cast<double>(use.at_ms - replaced_ms) / 1000);
  }
  return std::move(examination)
      .finish(fmt::format("{}, used {} times", counted(std::ssize(*books.settings), "version"),
                          books.setting_uses->size()));
}

}  // namespace rehearse
