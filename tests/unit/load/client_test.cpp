// The players' client over TLS, against the server of the casino's roles.
#include "load/client.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/certificates.hpp"
#include "base/files.hpp"
#include "casino/common/http_server.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class TlsClient : public testing::Test {
 protected:
  TlsClient() {
    const auto authority = make_authority("test").value();
    const auto own = make_certificate(authority, {}, {"127.0.0.1"}).value();
    EXPECT_TRUE(write_file_atomically(dir_ + "/ca.pem", authority.certificate));
    EXPECT_TRUE(write_file_atomically(dir_ + "/own.pem", own.certificate + own.key));
    EXPECT_TRUE(
        write_file_atomically(dir_ + "/other.pem", make_authority("other").value().certificate));
    auto server = casino::HttpServer::listen(
        {.address = "127.0.0.1", .port = 0, .tls_port = 0, .certificate_file = dir_ + "/own.pem"},
        [](const casino::Request& request, const casino::Reply& reply) {
          reply({200, request.path + request.body, {}});
        });
    server_ = std::move(server.value());
    running_ = std::jthread([this] { server_->run(); });
  }
  ~TlsClient() override {
    server_->stop();
    running_.join();
  }

  // One call after the other on one client.
  std::vector<std::expected<HttpResponse, HttpError>> calls(const std::string& authority_file,
                                                            int count, uint16_t port) {
    std::vector<std::expected<HttpResponse, HttpError>> answers;
    Client client({{"127.0.0.1", port}}, {TlsTrust::load(authority_file).value()});
    std::function<void()> next = [&] {
      client.call(0, {"POST", "/x", {}, "body"}, 30'000, 30'000, [&](const auto& answer) {
        answers.push_back(answer);
        if (static_cast<int>(answers.size()) == count) return client.stop();
        client.post(next);
      });
    };
    client.post(next);
    client.run();
    return answers;
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::unique_ptr<casino::HttpServer> server_;
  std::jthread running_;
};

TEST_F(TlsClient, CallsAgainOnTheSameConnection) {
  const auto answers = calls(dir_ + "/ca.pem", 20, server_->tls_port());
  ASSERT_EQ(answers.size(), 20u);
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "/xbody");
  }
}

TEST_F(TlsClient, AnUntrustedServerIsSentNothing) {
  const auto answers = calls(dir_ + "/other.pem", 1, server_->tls_port());
  ASSERT_FALSE(answers.at(0));
  EXPECT_EQ(answers[0].error().failure, HttpFailure::not_sent);
  EXPECT_EQ(answers[0].error().message, "tls_failed");
}

TEST_F(TlsClient, AServerThatSpeaksNoTlsIsSentNothing) {
  const auto answers = calls(dir_ + "/ca.pem", 1, server_->port());
  ASSERT_FALSE(answers.at(0));
  EXPECT_EQ(answers[0].error().failure, HttpFailure::not_sent);
}

}  // namespace
}  // namespace rehearse
