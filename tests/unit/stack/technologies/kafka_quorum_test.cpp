#include "stack/technologies/kafka_quorum.hpp"

#include <gtest/gtest.h>

#include "../../base/test_server.hpp"

namespace rehearse {
namespace {

// As a broker of Kafka 3.9.1 answered, its voters and observers left out.
const std::string answer(
    "\0\0\0\1\0"                  // correlation, no tags
    "\0\0"                        // no error
    "\x02\x13__cluster_metadata"  // one topic
    "\x02\0\0\0\0\0\0"            // one partition: number, no error
    "\0\0\0\3"                    // its leader
    "\0\0\0\7",
    5 + 2 + 20 + 7 + 4 + 4);

TEST(KafkaQuorum, TheRequestSaysItsOwnLength) {
  const std::string request = quorum_request();
  ASSERT_GT(request.size(), 4u);
  EXPECT_EQ(request.substr(0, 3), std::string(3, '\0'));
  EXPECT_EQ(static_cast<size_t>(request[3]), request.size() - 4);
}

TEST(KafkaQuorum, TheLeaderIsReadFromTheAnswer) {
  EXPECT_EQ(quorum_leader_of(answer), 3);
}

TEST(KafkaQuorum, AnErrorACutAnswerOrNoLeaderTellNobody) {
  std::string error = answer;
  error[6] = 41;
  EXPECT_FALSE(quorum_leader_of(error));
  std::string none = answer;
  for (size_t i = 34; i < 38; ++i) none[i] = '\xff';
  EXPECT_FALSE(quorum_leader_of(none));
  for (size_t length = 0; length < 38; ++length)
    EXPECT_FALSE(quorum_leader_of(answer.substr(0, length))) << length;
}

TEST(KafkaQuorum, NobodyThereIsNobody) {
  EXPECT_FALSE(ask_quorum_leader({"127.0.0.1", 1}, 200));
  const test::BoundSocket silent;
  silent.listen();
  EXPECT_FALSE(ask_quorum_leader(silent.endpoint(), 50)) << "it never answers";
}

}  // namespace
}  // namespace rehearse
