// Proves that nothing was tried again without end, without growing pauses, or in a storm: in the
// providers' own books of what came in, no payment was tried more often than its backoff allows,
// and in no ten seconds were more than a fifth of the first requests, and a few a second besides,
// requests made again; not even when a provider came back and everybody had waited for it.
// From: provider_requests (the providers' own books).
// Cannot see: requests that were lost on their way to a provider.
#include <algorithm>
#include <map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

// The requests for one payment at one provider, in the order of the provider's book.
using Requests = std::vector<const ProviderRequest*>;

struct Tally {
  std::vector<int64_t> first_ms, again_ms;
  int64_t payments = 0, most = 0;
};

class Retries {
 public:
  Retries(const RetryBudget& budget, Examination& examination)
      : budget_(budget), examination_(examination) {}

  void examine_payment(std::string_view provider, std::string_view key, const Requests& requests) {
    // Asked about, and never sent: no payment, but a look whether the provider is there.
    const auto is_create = [](const ProviderRequest* request) { return request->kind == "create"; };
    if (std::ranges::none_of(requests, is_create)) return;
    Tally& tally = tallies_[provider];
    ++tally.payments;
    // One try asks first and sends then, or sends and asks what became of it: a question right
    // before or after what it belongs to is no try of its own.
    std::vector<int64_t> tries_ms;
    bool sent = false;
    for (size_t i = 0; i < requests.size(); ++i) {
      const ProviderRequest& request = *requests[i];
      const bool create = request.kind == "create";
      if (create) {
        tries_ms.push_back(request.at_ms);
        (sent ? tally.again_ms : tally.first_ms).push_back(request.at_ms);
        sent = true;
        continue;
      }
      const ProviderRequest* before = i > 0 ? requests[i - 1] : nullptr;
      const ProviderRequest* after = i + 1 < requests.size() ? requests[i + 1] : nullptr;
      if (before != nullptr && before->kind == "create") continue;
      if (after != nullptr && after->kind == "create") continue;
      if (before != nullptr && request.at_ms - before->at_ms >= budget_.regular_look_ms) continue;
      tries_ms.push_back(request.at_ms);
      if (before != nullptr) tally.again_ms.push_back(request.at_ms);
    }
    tally.most = std::max(tally.most, std::ssize(tries_ms));
    examine_pauses(provider, key, tries_ms);
  }

  void examine_windows() {
    for (auto& [provider, tally] : tallies_) {
      std::ranges::sort(tally.first_ms);
      std::ranges::sort(tally.again_ms);
      examine_windows(provider, tally);
    }
  }

  bool any() const {
    return std::ranges::any_of(tallies_,
                               [](const auto& named) { return !named.second.again_ms.empty(); });
  }

  std::string summary() const {
    std::string text;
    for (const auto& [provider, tally] : tallies_)
      text += fmt::format("{}{}: {} payments, {} retries, at most {} tries each",
                          text.empty() ? "" : "; ", provider, tally.payments, tally.again_ms.size(),
                          tally.most);
    return text.empty() ? "no provider was asked for anything" : text;
  }

 private:
  void examine_pauses(std::string_view provider, std::string_view key,
                      const std::vector<int64_t>& tries_ms) {
    if (tries_ms.size() < 2) return;
    int64_t short_pauses = 0;
    for (size_t i = 1; i < tries_ms.size(); ++i)
      short_pauses += tries_ms[i] - tries_ms[i - 1] < budget_.short_pause_ms ? 1 : 0;
    const int64_t span_ms = tries_ms.back() - tries_ms.front();
    const int64_t bound = budget_.tries_at_first + span_ms / budget_.later_pause_ms;
    if (std::ssize(tries_ms) > bound)
      examination_.violation("{}: tried {} times at {} within {} ms, where a backoff allows {}",
                             key, tries_ms.size(), provider, span_ms, bound);
    if (short_pauses > budget_.short_pauses_max)
      examination_.violation("{}: {} of its {} pauses at {} were below {} ms: they do not grow",
                             key, short_pauses, tries_ms.size() - 1, provider,
                             budget_.short_pause_ms);
  }

  // Of every window that ends with a retry; the worst one is shown. First requests earn retries
  // for a window, so those of the window before count too.
  void examine_windows(std::string_view provider, const Tally& tally) {
    size_t from = 0;
    int64_t over = 0, worst = 0, worst_bound = 0;
    for (size_t i = 0; i < tally.again_ms.size(); ++i) {
      const int64_t end_ms = tally.again_ms[i];
      while (tally.again_ms[from] <= end_ms - budget_.window_ms) ++from;
      const auto first_from =
          std::ranges::upper_bound(tally.first_ms, end_ms - 2 * budget_.window_ms);
      const auto first_to = std::ranges::upper_bound(tally.first_ms, end_ms);
      const int64_t bound =
          budget_.again_max + (first_to - first_from) * budget_.percent_of_first / 100;
      const auto again = static_cast<int64_t>(i - from + 1);
      if (again <= bound || again - bound <= over) continue;
      over = again - bound;
      worst = again;
      worst_bound = bound;
    }
    if (over == 0) return;
    examination_.violation("{}: {} retries within {} s, where its budget allows {}: a storm",
                           provider, worst, budget_.window_ms / 1000, worst_bound);
  }

  const RetryBudget& budget_;
  Examination& examination_;
  std::map<std::string_view, Tally> tallies_;
};

}  // namespace

Finding examine_retries_bounded(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.provider_requests) return without_books("retries_bounded", "provider_requests");
  std::map<std::pair<std::string_view, std::string_view>, Requests> payments;
  for (const ProviderRequest& request : *books.provider_requests)
    payments[{request.provider, request.business_key}].push_back(&request);
  Examination examination("retries_bounded");
  examination.examined(std::ssize(*books.provider_requests));
  Retries retries(joined.run.retries, examination);
  for (const auto& [name, requests] : payments)
    retries.examine_payment(name.first, name.second, requests);
  retries.examine_windows();
  if (!retries.any()) examination.not_exercised("nothing was tried again");
  return std::move(examination).finish(retries.summary());
}

}  // namespace rehearse
