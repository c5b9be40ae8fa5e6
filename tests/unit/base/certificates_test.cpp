// Certificates of an authority of our own, and http_call over TLS with them: against OpenSSL's own
// verification, which knows nothing of how they were made.
#include "base/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "base/files.hpp"
#include "base/http.hpp"
#include "base/scope_exit.hpp"
#include "casino/common/http_server.hpp"

namespace rehearse {
namespace {

class Certificates : public testing::Test {
 protected:
  Certificates() : dir_(testing::TempDir() + "certificates-" + std::to_string(::getpid())) {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_TRUE(make_directories(dir_));
    authority_ = make_authority("test authority").value();
    EXPECT_TRUE(write_file_atomically(dir_ + "/ca.pem", authority_.certificate));
    place({"play.test"}, {"127.0.0.1"});
  }
  ~Certificates() override { std::filesystem::remove_all(dir_); }

  void place(const std::vector<std::string>& names, const std::vector<std::string>& addresses) {
    const auto made = make_certificate(authority_, names, addresses).value();
    serial_ = serial_of(made.certificate).value();
    EXPECT_TRUE(write_file_atomically(dir_ + "/own.pem", made.certificate + made.key));
  }

  void serve() {
    auto server = casino::HttpServer::listen(
        {.address = "127.0.0.1", .port = 0, .tls_port = 0, .certificate_file = dir_ + "/own.pem"},
        [](const casino::Request& request, const casino::Reply& reply) {
          reply({200, request.path + request.body, {}});
        });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    running_ = std::jthread([this] { server_->run(); });
  }
  void TearDown() override {
    if (server_) server_->stop();
  }

  auto call(const std::string& authority_file, const HttpRequest& request = {"GET", "/x", {}, ""}) {
    const auto trust = TlsTrust::load(authority_file).value();
    return http_call({"127.0.0.1", server_->tls_port()}, request, 2'000, 5'000, trust.get());
  }

  std::string dir_, serial_;
  KeyPair authority_;
  std::unique_ptr<casino::HttpServer> server_;
  std::jthread running_;
};

TEST_F(Certificates, AreTrustedByWhoKnowsTheAuthority) {
  serve();
  const auto answer = call(dir_ + "/ca.pem");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/x");
}

TEST_F(Certificates, LargeBodiesGoThroughBothWays) {
  serve();
  const std::string body(60'000, 'b');
  const auto answer = call(dir_ + "/ca.pem", {"POST", "/", {}, body});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "/" + body);
}

TEST_F(Certificates, AnotherAuthorityIsNotTrusted) {
  serve();
  const auto other = make_authority("somebody else").value();
  ASSERT_TRUE(write_file_atomically(dir_ + "/other.pem", other.certificate));
  const auto answer = call(dir_ + "/other.pem");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().failure, HttpFailure::not_sent);
  EXPECT_NE(answer.error().message.find("certificate"), std::string::npos)
      << answer.error().message;
}

TEST_F(Certificates, AnotherAddressIsNotTrusted) {
  place({"play.test"}, {"198.18.1.1"});
  serve();
  const auto answer = call(dir_ + "/ca.pem");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().failure, HttpFailure::not_sent);
}

TEST_F(Certificates, ARenewedOneIsShownToTheNextConnection) {
  serve();
  ASSERT_TRUE(call(dir_ + "/ca.pem"));
  const auto before = shown_serial({"127.0.0.1", server_->tls_port()}, 2'000).value();
  EXPECT_EQ(before, serial_);
  place({"play.test"}, {"127.0.0.1"});
  EXPECT_NE(serial_, before);
  EXPECT_EQ(shown_serial({"127.0.0.1", server_->tls_port()}, 2'000).value(), serial_);
  EXPECT_TRUE(call(dir_ + "/ca.pem"));
}

TEST_F(Certificates, AServerWithoutItsCertificateDoesNotStart) {
  const auto server = casino::HttpServer::listen(
      {.address = "127.0.0.1", .port = 0, .tls_port = 0, .certificate_file = dir_ + "/missing.pem"},
      [](const auto&, const auto&) {});
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("missing.pem"), std::string::npos);
}

TEST(CertificateErrors, SayWhatIsMissing) {
  EXPECT_FALSE(make_certificate(make_authority("a").value(), {}, {}));
  EXPECT_FALSE(make_certificate({"no PEM", "no PEM"}, {"x"}, {}));
  EXPECT_FALSE(serial_of("no PEM"));
  EXPECT_FALSE(TlsTrust::load("/no/such/file"));
}

}  // namespace
}  // namespace rehearse
