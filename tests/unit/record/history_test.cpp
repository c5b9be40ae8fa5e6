#include "record/history.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "base/files.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class HistoryFile : public testing::Test {
 protected:
  HistoryFile() { path_ = directory_ + "/history.bin"; }

  // Operations 0 … count-1 with one ok attempt each, but operation 1, which is still open.
  static void add(HistoryWriter& writer, uint64_t count) {
    for (uint64_t id = 0; id < count; ++id) {
      Operation operation;
      operation.id = id;
      operation.player = 7;
      operation.amount_minor = 100 + static_cast<int64_t>(id);
      operation.intended_ns = 1'000'000'000 + static_cast<int64_t>(id) * 1'000'000;
      ASSERT_NE(writer.add_operation(operation), nullptr);
      Attempt attempt;
      attempt.operation = id;
      attempt.number = 1;
      attempt.sent_ns = operation.intended_ns + 10;
      Attempt* placed = writer.add_attempt(attempt);
      ASSERT_NE(placed, nullptr);
      if (id == 1) continue;
      placed->answered_ns = operation.intended_ns + 2'000'000;
      std::strcpy(placed->reason, "a,\"b\"");
      set_outcome(*placed, Outcome::ok);
    }
  }

  std::unique_ptr<HistoryWriter> writer(size_t operations_max = 100, size_t attempts_max = 200) {
    auto made = HistoryWriter::create(path_, "k7", operations_max, attempts_max);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();
  std::string path_;
};

void expect_three(const History& history) {
  EXPECT_EQ(history.run_key, "k7");
  ASSERT_EQ(history.operations.size(), 3u);
  ASSERT_EQ(history.attempts.size(), 3u);
  EXPECT_EQ(history.operations[2].amount_minor, 102);
  EXPECT_EQ(history.attempts[0].outcome, Outcome::ok);
  EXPECT_EQ(history.attempts[1].outcome, Outcome::none);
  EXPECT_STREQ(history.attempts[2].reason, "a,\"b\"");
}

TEST_F(HistoryFile, RoundTripAndTrim) {
  auto book = writer();
  add(*book, 3);
  book->set_zero_ns(42);
  EXPECT_EQ(book->operation_count(), 3u);
  ASSERT_TRUE(book->close());
  EXPECT_LT(std::filesystem::file_size(path_), 5'000u);
  const auto history = read_history(path_);
  ASSERT_TRUE(history) << history.error().message;
  expect_three(*history);
  EXPECT_EQ(history->zero_ns, 42);
}

TEST_F(HistoryFile, RoomIsFixed) {
  auto book = writer(2, 1);
  for (uint64_t id = 0; id < 2; ++id) {
    Operation operation;
    operation.id = id;
    EXPECT_NE(book->add_operation(operation), nullptr);
  }
  Operation third;
  third.id = 2;
  EXPECT_EQ(book->add_operation(third), nullptr);
  EXPECT_NE(book->add_attempt({}), nullptr);
  EXPECT_EQ(book->add_attempt({}), nullptr);
}

TEST_F(HistoryFile, ReadableAfterAKill) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto made = HistoryWriter::create(path_, "k7", 100, 200);
    if (!made) ::_exit(1);
    add(**made, 3);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto history = read_history(path_);
  ASSERT_TRUE(history) << history.error().message;
  expect_three(*history);
}

TEST_F(HistoryFile, EveryTruncationIsAnError) {
  auto book = writer();
  add(*book, 3);
  ASSERT_TRUE(book->close());
  EXPECT_TRUE(read_history(path_));
  for (size_t size = std::filesystem::file_size(path_); size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    EXPECT_FALSE(read_history(path_)) << size;
  }
}

TEST_F(HistoryFile, DamageIsAnError) {
  auto book = writer();
  add(*book, 3);
  ASSERT_TRUE(book->close());
  const std::string whole = read_file(path_).value_or("");
  // Magic, version, a count, an operation's id, an attempt's operation.
  for (const size_t place : {0u, 8u, 127u, 4096u, 4096u + 3 * 56}) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x40);
    ASSERT_TRUE(write_file_atomically(path_, bytes));
    EXPECT_FALSE(read_history(path_)) << place;
  }
  EXPECT_FALSE(read_history(directory_ + "/none"));
}

TEST_F(HistoryFile, CreationErrorsAreClear) {
  auto book = writer();
  const auto twice = HistoryWriter::create(path_, "k7", 1, 1);
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("File exists"), std::string::npos);
  // More than any disk has, and nothing is left of the try.
  const auto huge = HistoryWriter::create(directory_ + "/huge", "k7", 1ull << 44, 1);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, ExitCode::machine);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/huge"));
}

TEST_F(HistoryFile, Csv) {
  auto book = writer();
  add(*book, 2);
  book->set_zero_ns(999'000'000);
  ASSERT_TRUE(book->close());
  std::ostringstream out;
  write_history_csv(out, *read_history(path_));
  std::istringstream lines(out.str());
  std::string header, first, second, none;
  std::getline(lines, header);
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_FALSE(std::getline(lines, none));
  EXPECT_TRUE(first.starts_with("0,k7-000000,bet,p0007,EUR,100,0,0,1.000,ok,1,1.000,1.000,3.000,"));
  EXPECT_TRUE(first.ends_with(",\"a,\"\"b\"\"\",,,")) << first;
  EXPECT_TRUE(second.starts_with("1,k7-000001,bet,p0007,EUR,101,0,0,2.000,unknown,1,")) << second;
  EXPECT_EQ(std::ranges::count(header, ','), std::ranges::count(second, ','));
}

TEST(OutcomeOf, TheFinalWord) {
  const auto word = [](std::vector<std::pair<Outcome, int64_t>> tries) {
    std::vector<Attempt> attempts;
    for (const auto& [outcome, sent_ns] : tries) {
      attempts.push_back({});
      attempts.back().outcome = outcome;
      attempts.back().sent_ns = sent_ns;
    }
    std::vector<const Attempt*> pointers;
    for (const Attempt& attempt : attempts) pointers.push_back(&attempt);
    return outcome_of(pointers);
  };
  using enum Outcome;
  EXPECT_EQ(word({}), none);
  EXPECT_EQ(word({{none, 0}}), none);
  EXPECT_EQ(word({{none, 5}}), unknown);
  EXPECT_EQ(word({{failed, 5}}), failed);
  EXPECT_EQ(word({{unknown, 5}, {failed, 6}}), unknown);
  EXPECT_EQ(word({{unknown, 5}, {failed, 6}, {ok, 7}}), ok);
  EXPECT_EQ(word({{unknown, 5}, {rejected, 6}}), rejected);
}

TEST(Records, Names) {
  for (int i = 0; i < operation_kinds; ++i) {
    const auto kind = static_cast<OperationKind>(i);
    EXPECT_EQ(operation_kind_of(name_of(kind)), kind);
  }
  EXPECT_FALSE(operation_kind_of("spins"));
  EXPECT_EQ(name_of(Currency::USDT), "USDT");
  EXPECT_EQ(method_of("bank"), Method::bank);
  EXPECT_FALSE(method_of(""));
  EXPECT_EQ(network_of("erc20"), Network::erc20);
  EXPECT_EQ(name_of(Network::none), "");
  EXPECT_EQ(key_of("k7f3a9c21", 42), "k7f3a9c21-000042");
  EXPECT_EQ(player_name(1), "p0001");
}

}  // namespace
}  // namespace rehearse
