#include "base/tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <ctime>
#include <map>
#include <mutex>
#include <system_error>

#include "base/certificates.hpp"

namespace rehearse {

namespace {

class PlainWire final : public Wire {
 public:
  explicit PlainWire(int fd) : fd_(fd) {}
  WireStep begin() override { return {1}; }
  WireStep write(std::string_view bytes) override {
    return step(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), POLLOUT);
  }
  WireStep read(char* into, size_t size) override {
    return step(::recv(fd_, into, size, 0), POLLIN);
  }

 private:
  static WireStep step(ssize_t moved, short wants) {
    if (moved >= 0) return {moved};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {-1, wants};
    return {-1, 0, std::generic_category().message(errno)};
  }
  int fd_;
};

std::string last_error() {
  const unsigned long code = ERR_get_error();
  if (code == 0) return "closed without a farewell";
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, FreeSession>;

// The newest session by server: to resume one spares both sides the certificates. Not for ever, as
// what a server shows now is to be looked at now and then.
class Sessions {
 public:
  void keep(const std::string& name, SSL_SESSION* session) {
    const std::lock_guard lock(mutex_);
    by_name_.insert_or_assign(name, Session(session));
  }
  Session of(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto known = by_name_.find(name);
    if (known == by_name_.end()) return nullptr;
    SSL_SESSION* session = known->second.get();
    if (SSL_SESSION_get_time(session) + resumed_s_max < std::time(nullptr)) {
      by_name_.erase(known);
      return nullptr;
    }
    // A copy: a connection that fails would make it worthless for all others.
    return Session(SSL_SESSION_dup(session));
  }

 private:
  static constexpr long resumed_s_max = 60;
  std::mutex mutex_;
  std::map<std::string, Session> by_name_;
};

// Whose a connection's session is. The plain app data are Boost.Asio's, which shares the contexts.
struct Owner {
  Sessions& sessions;
  std::string name;
};
int owner_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Called by OpenSSL for a session that a server gave: 1 = it is ours now.
int keep_session(SSL* ssl, SSL_SESSION* session) {
  const auto* owner = static_cast<const Owner*>(SSL_get_ex_data(ssl, owner_index()));
  if (owner == nullptr) return 0;
  owner->sessions.keep(owner->name, session);
  return 1;
}

class TlsWire final : public Wire {
 public:
  TlsWire(SSL* ssl, Sessions& sessions, const std::string& name)
      : ssl_(ssl), owner_{sessions, name} {
    SSL_set_ex_data(ssl_, owner_index(), &owner_);
    if (const Session known = sessions.of(name)) SSL_set_session(ssl_, known.get());
  }
  ~TlsWire() override {
    // Who leaves without a farewell takes the session away from those who come after.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl_);
  }
  TlsWire(const TlsWire&) = delete;
  TlsWire& operator=(const TlsWire&) = delete;

  WireStep begin() override { return step(SSL_connect(ssl_)); }
  WireStep write(std::string_view bytes) override {
    return step(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())));
  }
  WireStep read(char* into, size_t size) override {
    return step(SSL_read(ssl_, into, static_cast<int>(size)));
  }
  std::string shown_serial() const override {
    const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_),
                                                            X509_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
    if (!shown || PEM_write_bio_X509(text.get(), shown.get()) != 1) return {};
    char* data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    return serial_of(std::string(data, static_cast<size_t>(size))).value_or("");
  }

 private:
  WireStep step(int moved) {
    if (moved > 0) return {moved};
    switch (SSL_get_error(ssl_, moved)) {
      case SSL_ERROR_WANT_READ:
        return {-1, POLLIN};
      case SSL_ERROR_WANT_WRITE:
        return {-1, POLLOUT};
      case SSL_ERROR_ZERO_RETURN:
        return {0};
      default: {
        const long verified = SSL_get_verify_result(ssl_);
        return {-1, 0,
                fmt::format("tls: {}", verified == X509_V_OK
                                           ? last_error()
                                           : X509_verify_cert_error_string(verified))};
      }
    }
  }
  SSL* ssl_;
  Owner owner_;
};

}  // namespace

std::unique_ptr<Wire> plain_wire(int fd) {
  return std::make_unique<PlainWire>(fd);
}

struct TlsTrust::Impl {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  Sessions sessions;  // none come without the callback that load() sets
  ~Impl() { SSL_CTX_free(context); }
};

TlsTrust::TlsTrust(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsTrust::~TlsTrust() = default;

Result<std::shared_ptr<const TlsTrust>> TlsTrust::load(const std::string& authority_file,
                                                       const std::string& own_file) {
  auto impl = std::make_unique<Impl>();
  if (impl->context == nullptr) return fail(ExitCode::machine, "tls: no context: " + last_error());
  SSL_CTX_set_min_proto_version(impl->context, TLS1_2_VERSION);
  SSL_CTX_set_verify(impl->context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(impl->context,
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(impl->context, keep_session);
  if (SSL_CTX_load_verify_locations(impl->context, authority_file.c_str(), nullptr) != 1) {
    return fail(ExitCode::machine, fmt::format("tls: {} is no authority's certificate: {}",
                                               authority_file, last_error()));
  }
  const char* own = own_file.c_str();
  if (!own_file.empty() && (SSL_CTX_use_certificate_chain_file(impl->context, own) != 1 ||
                            SSL_CTX_use_PrivateKey_file(impl->context, own, SSL_FILETYPE_PEM) != 1))
    return fail(ExitCode::machine,
                fmt::format("tls: {} is no certificate with its key: {}", own, last_error()));
  return std::shared_ptr<const TlsTrust>(new TlsTrust(std::move(impl)));
}

std::shared_ptr<const TlsTrust> TlsTrust::in_anybody() {
  auto impl = std::make_unique<Impl>();
  SSL_CTX_set_verify(impl->context, SSL_VERIFY_NONE, nullptr);
  return std::shared_ptr<const TlsTrust>(new TlsTrust(std::move(impl)));
}

std::unique_ptr<Wire> TlsTrust::wire(int fd, const std::string& name) const {
  SSL* ssl = SSL_new(impl_->context);
  SSL_set_fd(ssl, fd);
  in_addr address{};
  if (::inet_pton(AF_INET, name.c_str(), &address) == 1) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else {
    SSL_set1_host(ssl, name.c_str());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  }
  return std::make_unique<TlsWire>(ssl, impl_->sessions, name);
}

void* TlsTrust::context() const {
  return impl_->context;
}

}  // namespace rehearse
