#include "checks/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "checks/instants.hpp"
#include "checks/view.hpp"

namespace rehearse {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The stories while the books are read for them.
class Storybook {
 public:
  Storybook(const Run& run, std::span<const std::string> keys) : run_(run) {
    for (const std::string& key : keys) {
      const auto parsed = parse_key(run.history.run_key, key);
      if (!parsed || parsed->operation >= run.history.operations.size()) continue;
      if (!place_.emplace(parsed->operation, stories_.size()).second) continue;
      const Operation& operation = run.history.operations[parsed->operation];
      stories_.push_back({key_of(run.history.run_key, operation.id),
                          std::string(name_of(operation.kind)),
                          player_name(operation.player),
                          std::string(name_of(operation.currency)),
                          operation.amount_minor,
                          {},
                          0});
    }
  }

  Story* find(uint64_t operation) {
    const auto found = place_.find(operation);
    return found == place_.end() ? nullptr : &stories_[found->second];
  }
  // By a key that a book has, with or without a step.
  Story* find(std::string_view key) {
    const auto parsed = parse_key(run_.history.run_key, key);
    return parsed ? find(parsed->operation) : nullptr;
  }
  // An instant that a book wrote down; what cannot be read stands at the begin.
  double at_ms(std::string_view instant) const {
    return run_ms_of(run_, instant).value_or(run_.steady_from_ms);
  }
  std::vector<Story> take() {
    for (Story& story : stories_) {
      std::ranges::stable_sort(story.sayings, {}, &Saying::at_ms);
      if (story.sayings.size() <= story_sayings_max) continue;
      story.left_out = static_cast<int64_t>(story.sayings.size() - story_sayings_max);
      story.sayings.resize(story_sayings_max);
    }
    return std::move(stories_);
  }

 private:
  const Run& run_;
  std::vector<Story> stories_;
  std::unordered_map<uint64_t, size_t> place_;
};

void tell_attempts(Storybook& book, const Run& run) {
  const History& history = run.history;
  for (const Attempt& attempt : history.attempts) {
    Story* story = book.find(attempt.operation);
    if (story == nullptr) continue;
    const std::string again = attempt.number > 1 ? fmt::format(", try {}", attempt.number) : "";
    if (attempt.sent_ns != 0)
      story->sayings.push_back({run_ms(history, attempt.sent_ns), "client", "platform",
                                fmt::format("{} {}{}", story->operation,
                                            money(story->amount_minor, story->currency), again)});
    if (attempt.answered_ns == 0) {
      story->sayings.push_back({run_ms(history, attempt.intended_ns), "platform", "client",
                                fmt::format("no answer{}", again)});
      continue;
    }
    const std::string reason = attempt.reason[0] != 0
                                   ? fmt::format(" ({})", static_cast<const char*>(attempt.reason))
                                   : "";
    story->sayings.push_back(
        {run_ms(history, attempt.answered_ns), "platform", "client",
         fmt::format("{}{} {}{}", name_of(attempt.outcome), reason, attempt.http_status, again)});
  }
}

void tell_ledger(Storybook& book, const Books& books) {
  if (!books.ledger_entries) return;
  for (const LedgerEntry& entry : *books.ledger_entries)
    if (Story* story = book.find(entry.key); story != nullptr)
      story->sayings.push_back(
          {book.at_ms(entry.committed_at), "platform", "ledger",
           fmt::format("{} {} on {}, entry {}", entry.kind,
                       money(entry.amount_minor, entry.currency), entry.account, entry.seq)});
}

void tell_payments(Storybook& book, const Books& books) {
  if (books.intents)
    for (const Intent& intent : *books.intents)
      if (Story* story = book.find(intent.key); story != nullptr)
        story->sayings.push_back({book.at_ms(intent.updated_at), "platform", "intents",
                                  fmt::format("{} is {}", intent.operation, intent.state)});
  if (books.provider_transfers)
    for (const ProviderTransfer& transfer : *books.provider_transfers)
      if (Story* story = book.find(transfer.business_key); story != nullptr)
        story->sayings.push_back(
            {book.at_ms(transfer.at), "platform", transfer.provider,
             fmt::format("transfer {} {} {}: {}", transfer.transfer, transfer.direction,
                         money(transfer.amount_minor, transfer.currency), transfer.state)});
  if (books.webhook_effects)
    for (const WebhookEffect& effect : *books.webhook_effects)
      if (Story* story = book.find(effect.business_key); story != nullptr)
        story->sayings.push_back({book.at_ms(effect.at), effect.provider, "platform",
                                  fmt::format("webhook {}: received {}, applied {}", effect.event,
                                              effect.received, effect.applied)});
}

void tell_events(Storybook& book, const Books& books) {
  if (!books.events) return;
  for (const LedgerEvent& event : *books.events)
    if (Story* story = book.find(event.key); story != nullptr)
      story->sayings.push_back(
          {book.at_ms(event.published_at.empty() ? event.at : event.published_at), "ledger",
           "events", fmt::format("{} {}", event.kind, money(event.amount_minor, event.currency))});
}

}  // namespace

std::vector<std::string> keys_in(std::string_view text, std::string_view run_key) {
  std::vector<std::string> keys;
  if (run_key.empty()) return keys;
  const std::string prefix = std::string(run_key) + "-";
  for (size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    size_t end = at + prefix.size();
    while (end < text.size() && is_digit(text[end])) ++end;
    std::string key(text.substr(at, end - at));
    if (end > at + prefix.size() && std::ranges::find(keys, key) == keys.end())
      keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<Story> stories_of(const Run& run, std::span<const std::string> keys) {
  Storybook book(run, keys);
  tell_attempts(book, run);
  tell_ledger(book, run.books);
  tell_payments(book, run.books);
  tell_events(book, run.books);
  return book.take();
}

}  // namespace rehearse
