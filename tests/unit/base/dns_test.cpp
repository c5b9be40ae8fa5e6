#include "base/dns.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

// An answer to the question of id 7: two addresses, the second with a pointer and a shorter TTL.
std::string answer_packet() {
  std::string packet = *dns_question(7, "play.example");
  packet[2] = '\x84';  // an answer, authoritative
  packet[7] = 2;       // answers
  const std::string record("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\x0a\x00\x00\x01", 16);
  std::string other = record;
  other[9] = 2;
  other.back() = 9;
  return packet + record + other;
}

TEST(DnsPacket, AQuestionIsMadeOfLabels) {
  const auto question = dns_question(0x0102, "ab.c");
  ASSERT_TRUE(question);
  EXPECT_EQ(*question, std::string("\x01\x02\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
                                   "\x02"
                                   "ab\x01"
                                   "c\x00\x00\x01\x00\x01",
                                   22));
  EXPECT_FALSE(dns_question(1, ""));
  EXPECT_FALSE(dns_question(1, "a..b"));
  EXPECT_FALSE(dns_question(1, std::string(64, 'a')));
}

TEST(DnsPacket, AddressesAndTheShortestTtlAreRead) {
  const auto answer = read_dns_answer(7, answer_packet());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->addresses, (std::vector<std::string>{"10.0.0.1", "10.0.0.9"}));
  EXPECT_EQ(answer->ttl_s, 2);
  EXPECT_EQ(answer->rcode, 0);
}

TEST(DnsPacket, AnotherAnswerAQuestionAndWhatIsCutShortAreRefused) {
  const std::string whole = answer_packet();
  EXPECT_FALSE(read_dns_answer(8, whole));
  EXPECT_FALSE(read_dns_answer(7, *dns_question(7, "play.example")));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_dns_answer(7, std::string_view(whole).substr(0, size))) << size;
}

TEST(DnsPacket, AnErrorIsToldByItsCode) {
  std::string packet = *dns_question(7, "play.example");
  packet[2] = '\x84';
  packet[3] = 2;
  const auto answer = read_dns_answer(7, packet);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rcode, 2);
  EXPECT_TRUE(answer->addresses.empty());
}

}  // namespace
}  // namespace rehearse
