// Certificates of an authority of our own, and http_call over TLS with them: against OpenSSL's own
// verification, which knows nothing of how they were made.
#include "base/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "base/files.hpp"
#include "base/http.hpp"
#include "base/scope_exit.hpp"
#include "casino/common/http_server.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/base/test_server.hpp"

namespace rehearse {
namespace {

using test::BoundSocket;

class Certificates : public testing::Test {
 protected:
  Certificates() {
    std::signal(SIGPIPE, SIG_IGN);
    authority_ = make_authority("test authority").value();
    EXPECT_TRUE(write_file_atomically(dir_ + "/ca.pem", authority_.certificate));
    place({"play.test"}, {"127.0.0.1"});
  }

  void place(const std::vector<std::string>& names, const std::vector<std::string>& addresses,
             bool mutual = false) {
    const auto made = make_certificate(authority_, names, addresses, mutual).value();
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
    return http_call({"127.0.0.1", server_->tls_port()}, request, 30'000, 30'000, trust.get());
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::string serial_;
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

// Serves `connections` one after the other and says of each whether it resumed a session.
std::vector<bool> resumed(const BoundSocket& socket, const std::string& own, int connections,
                          SSL_CTX* context) {
  SSL_CTX_use_certificate_chain_file(context, own.c_str());
  SSL_CTX_use_PrivateKey_file(context, own.c_str(), SSL_FILETYPE_PEM);
  std::vector<bool> reused;
  for (int i = 0; i < connections; ++i) {
    const int fd = ::accept(socket.fd(), nullptr, nullptr);
    const ScopeExit closing([fd] { ::close(fd); });
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context), SSL_free);
    SSL_set_fd(ssl.get(), fd);
    char request[4096];
    if (SSL_accept(ssl.get()) != 1 || SSL_read(ssl.get(), request, sizeof request) <= 0) continue;
    reused.push_back(SSL_session_reused(ssl.get()) == 1);
    constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
  }
  return reused;
}

TEST_F(Certificates, WhoTrustsResumesItsSessions) {
  const BoundSocket socket;
  socket.listen();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  SSL_CTX_free);
  auto serving = std::async(std::launch::async, resumed, std::cref(socket), dir_ + "/own.pem", 4,
                            context.get());
  const auto trust = TlsTrust::load(dir_ + "/ca.pem").value();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(http_call(socket.endpoint(), {}, 30'000, 30'000, trust.get()));
  const auto another = TlsTrust::load(dir_ + "/ca.pem").value();
  EXPECT_TRUE(http_call(socket.endpoint(), {}, 30'000, 30'000, another.get()));
  EXPECT_EQ(serving.get(), (std::vector<bool>{false, true, true, false}));
}

TEST_F(Certificates, AServerWithoutItsCertificateDoesNotStart) {
  const auto server = casino::HttpServer::listen(
      {.address = "127.0.0.1", .port = 0, .tls_port = 0, .certificate_file = dir_ + "/missing.pem"},
      [](const auto&, const auto&) {});
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("missing.pem"), std::string::npos);
}

// As etcd does: whoever shows no certificate is not served.
TEST_F(Certificates, AreShownToServersThatAskWhoCalls) {
  const BoundSocket socket;
  socket.listen();
  place({"play.test"}, {"127.0.0.1"}, true);
  auto serving = std::async(std::launch::async, [&] {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_load_verify_locations(context.get(), (dir_ + "/ca.pem").c_str(), nullptr);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return resumed(socket, dir_ + "/own.pem", 2, context.get());
  });
  const auto stranger = TlsTrust::load(dir_ + "/ca.pem").value();
  EXPECT_FALSE(http_call(socket.endpoint(), {}, 2'000, 5'000, stranger.get()));
  const auto known = TlsTrust::load(dir_ + "/ca.pem", dir_ + "/own.pem").value();
  EXPECT_TRUE(http_call(socket.endpoint(), {}, 2'000, 5'000, known.get()));
  EXPECT_EQ(serving.get(), std::vector<bool>{false});
  EXPECT_FALSE(TlsTrust::load(dir_ + "/ca.pem", dir_ + "/ca.pem")) << "which has no key";
}

TEST(CertificateErrors, SayWhatIsMissing) {
  EXPECT_FALSE(make_certificate(make_authority("a").value(), {}, {}));
  EXPECT_FALSE(make_certificate({"no PEM", "no PEM"}, {"x"}, {}));
  EXPECT_FALSE(serial_of("no PEM"));
  EXPECT_FALSE(TlsTrust::load("/no/such/file"));
}

TEST(CertificateUse, OnlyAMutualOneIsGoodForClients) {
  const auto authority = make_authority("a").value();
  for (const bool mutual : {false, true}) {
    const auto made = make_certificate(authority, {"x"}, {}, mutual).value();
    BIO* in = BIO_new_mem_buf(made.certificate.data(), static_cast<int>(made.certificate.size()));
    X509* certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
    EXPECT_EQ(X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0), 1);
    EXPECT_EQ(X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0), mutual ? 1 : 0);
    X509_free(certificate);
    BIO_free(in);
  }
}

}  // namespace
}  // namespace rehearse
