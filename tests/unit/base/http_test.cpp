#include "base/http.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/http_parse.hpp"
#include "tests/unit/base/test_server.hpp"

namespace rehearse {
namespace {

using test::BoundSocket;
using test::TestServer;

std::expected<HttpResponse, HttpError> get(const Endpoint& to, int64_t total_ms = 30'000) {
  return http_call(to, {.target = "/x"}, 30'000, total_ms);
}

TEST(Http, ReadsAnAnswerInOnePiece) {
  TestServer server({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Word:  a b \r\n\r\nhello"});
  const auto response = get(server.endpoint());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  ASSERT_EQ(response->headers.size(), 2u);
  EXPECT_EQ(response->headers[1].first, "x-word");
  EXPECT_EQ(response->headers[1].second, "a b");
  EXPECT_TRUE(server.request().starts_with("GET /x HTTP/1.1\r\n"));
}

TEST(Http, SendsBodyAndHeaders) {
  TestServer server({"HTTP/1.1 204 No Content\r\n\r\n"});
  const HttpRequest request{"POST", "/y", {{"Content-Type", "text/plain"}}, "body"};
  const auto response = http_call(server.endpoint(), request, 30'000, 30'000);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 204);
  EXPECT_NE(server.request().find("Content-Type: text/plain\r\n"), std::string::npos);
  EXPECT_NE(server.request().find("Content-Length: 4\r\n"), std::string::npos);
}

TEST(Http, ReadsAnAnswerInSingleBytes) {
  std::vector<std::string> pieces;
  for (const char c : std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")) {
    pieces.emplace_back(1, c);
  }
  TestServer server(pieces);
  const auto response = get(server.endpoint());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "abc");
}

TEST(Http, ReadsChunks) {
  TestServer server({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi",
                     "ki\r\n6;x=y\r\npedia \r\n0\r\nTrailer: 1\r", "\n\r\n"});
  const auto response = get(server.endpoint());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "Wikipedia ");
}

TEST(Http, ReadsToTheEndWithoutALength) {
  TestServer server({"HTTP/1.0 503 Service Unavailable\r\nServer: BaseHTTP\r\n\r\n{\"a\":", "1}"});
  const auto response = get(server.endpoint());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->body, "{\"a\":1}");
}

TEST(Http, SkipsInterimAnswers) {
  TestServer server({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  const auto response = get(server.endpoint());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
}

TEST(Http, RefusedIsNotSent) {
  const BoundSocket socket;
  const auto response = get(socket.endpoint());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().failure, HttpFailure::not_sent);
  EXPECT_NE(response.error().message.find("GET 127.0.0.1"), std::string::npos);
}

TEST(Http, SilenceIsAmbiguousAfterTheDeadline) {
  TestServer server({}, 60'000);
  const int64_t before_ns = monotonic_ns();
  const auto response = get(server.endpoint(), 150);
  const int64_t took_ms = (monotonic_ns() - before_ns) / ns_per_ms;
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().failure, HttpFailure::ambiguous);
  EXPECT_GE(took_ms, 149);
  EXPECT_LT(took_ms, 30'000);
}

TEST(Http, AnAnswerCutShortIsAmbiguous) {
  TestServer server({"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc"});
  const auto response = get(server.endpoint());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().failure, HttpFailure::ambiguous);
}

TEST(Http, RefusesALineBreakInTheTarget) {
  const BoundSocket socket;
  const auto response = http_call(socket.endpoint(), {.target = "/a\r\nX: y"}, 100, 100);
  ASSERT_FALSE(response);
  EXPECT_NE(response.error().message.find("line break"), std::string::npos);
}

// Each is refused with an error, none is read as something else.
TEST(HttpParser, RefusesWhatItDoesNotUnderstand) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string bad[] = {
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "hello\r\n\r\n",
      ok + "no colon\r\n\r\n",
      ok + "Content-Length: 5x\r\n\r\n",
      ok + "Content-Length: -1\r\n\r\n",
      ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
      ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      ok + "Transfer-Encoding: gzip\r\n\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
      ok + "Content-Length: 999999999999\r\n\r\n",
      ok + "Content-Length: 1\r\n\r\nab",
      ok + "X: " + std::string(HttpParser::head_bytes_max, 'x'),
  };
  for (const std::string& text : bad) {
    HttpParser parser(false);
    EXPECT_FALSE(parser.feed(text)) << text.substr(0, 80);
  }
}

TEST(HttpParser, KnowsWhetherTheConnectionLives) {
  const std::pair<std::string, bool> cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", false}};
  for (const auto& [text, lives] : cases) {
    HttpParser parser(false);
    ASSERT_TRUE(parser.feed(text).value_or(false)) << text;
    EXPECT_EQ(parser.keeps_alive(), lives) << text;
  }
}

}  // namespace
}  // namespace rehearse
