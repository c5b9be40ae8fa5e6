#include <gtest/gtest.h>

#include "platform/books/wipe.hpp"

namespace rehearse {
namespace {

Books opened_books() {
  Books books;
  books.ledger_entries.emplace(2).at(0).kind = "opening";
  books.ledger_entries->at(1).kind = "opening";
  books.intents.emplace(1).at(0).operation = "opening";
  books.events.emplace(1).at(0).kind = "opening";
  books.provider_transfers.emplace();
  books.webhook_effects.emplace();
  return books;
}

TEST(TracesOfUse, OpeningsAreNone) {
  EXPECT_TRUE(traces_of_use(opened_books()).empty());
  EXPECT_TRUE(traces_of_use(Books{}).empty());
}

TEST(TracesOfUse, EveryBookCanTell) {
  const auto first_trace = [](auto change) {
    Books books = opened_books();
    change(books);
    const auto traces = traces_of_use(books);
    return traces.size() == 1 ? traces[0] : "not one trace";
  };
  EXPECT_EQ(first_trace([](Books& books) { books.ledger_entries->at(1).kind = "bet"; }),
            "1 ledger entries that are no openings");
  EXPECT_EQ(first_trace([](Books& books) { books.intents->at(0).operation = "bet"; }),
            "1 intents that are no openings");
  EXPECT_EQ(first_trace([](Books& books) { books.events->emplace_back().kind = "win"; }),
            "1 events that are no openings");
  EXPECT_EQ(first_trace([](Books& books) { books.provider_transfers->emplace_back(); }),
            "1 transfers of providers that are no openings");
  EXPECT_EQ(first_trace([](Books& books) { books.webhook_effects->emplace_back(); }),
            "1 webhooks that are no openings");
}

}  // namespace
}  // namespace rehearse
