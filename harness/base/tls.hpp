// TLS for clients (OpenSSL): whom to trust, and one connection's bytes over a non-blocking socket.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rehearse {

// One try to move bytes. `wants` (POLLIN or POLLOUT): repeat it once the socket is ready for that.
struct WireStep {
  ssize_t bytes = 0;  // moved; 0 of a reading = the other side has closed; -1 = see below
  short wants = 0;
  std::string error = {};  // neither moved nor to be repeated: why
};

// The bytes of one connected socket, which stays the caller's.
class Wire {
 public:
  virtual ~Wire() = default;
  // bytes = 1 once the connection may be used (plain ones may at once).
  virtual WireStep begin() = 0;
  virtual WireStep write(std::string_view bytes) = 0;
  virtual WireStep read(char* into, size_t size) = 0;
  // Serial number of the certificate that the other side showed, in hex; empty of plain ones.
  virtual std::string shown_serial() const { return {}; }
};
std::unique_ptr<Wire> plain_wire(int fd);

// Trusts one authority and nobody else; the server's certificate must carry the name or the address
// that it is called by. TLS 1.2 or newer.
class TlsTrust {
 public:
  // `own_file`: a certificate and its key, for servers that ask who calls; empty = none. Errors
  // (machine): a file cannot be read or holds no certificate.
  static Result<std::shared_ptr<const TlsTrust>> load(const std::string& authority_file,
                                                      const std::string& own_file = {});
  // Believes whatever it is shown: for looking at certificates only.
  static std::shared_ptr<const TlsTrust> in_anybody();
  ~TlsTrust();

  // A wire to `name` (a host name or a dotted IPv4 address).
  std::unique_ptr<Wire> wire(int fd, const std::string& name) const;
  void* context() const;  // SSL_CTX*, for who drives OpenSSL by other means

 private:
  struct Impl;
  explicit TlsTrust(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse
