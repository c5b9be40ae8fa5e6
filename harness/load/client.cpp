// The only unit of the harness that includes Boost.Asio. Everything runs on the thread of run().
#include "load/client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/http_parse.hpp"

namespace rehearse {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Call = std::expected<HttpResponse, HttpError>;

namespace {

// Shorter than the 10 s and more after which proxies drop idle clients: a request that crosses such
// a close would be unknown though nothing is wrong.
constexpr int64_t idle_ns_max = 5 * ns_per_s;
constexpr size_t idle_max = 512;  // per edge

using SteadyTime = std::chrono::steady_clock::time_point;  // CLOCK_MONOTONIC, as monotonic_ns()

SteadyTime steady(int64_t time_ns) {
  return SteadyTime(std::chrono::nanoseconds(time_ns));
}

std::string serialized(const Endpoint& to, const HttpRequest& request) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\n", request.method,
                                 request.target, to.address, to.port);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (request.method != "GET") {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return text + "\r\n" + request.body;
}

// One connection and at most one request on it at a time.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Done = std::function<void(std::shared_ptr<Connection>, Call, bool reusable)>;

  // `trust` is null without TLS.
  Connection(asio::io_context& context, const Endpoint& to, ssl::context* trust)
      : socket_(context), timer_(context), to_(to) {
    if (trust == nullptr) return;
    tls_.emplace(socket_, *trust);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_->native_handle()), to.address.c_str());
  }

  void start(const HttpRequest& request, int64_t connect_ms, int64_t answer_ms, Done done) {
    request_ = serialized(to_, request);
    answer_ms_ = answer_ms;
    written_ = false;
    parser_.emplace(request.method == "HEAD");
    done_ = std::move(done);
    if (socket_.is_open()) return send();
    error_code code;
    const auto address = asio::ip::make_address_v4(to_.address, code);
    if (!code) socket_.open(tcp::v4(), code);
    if (code) return fail_later(code);
    socket_.set_option(tcp::no_delay(true), code);
    arm(connect_ms, {HttpFailure::not_sent, "connect_timeout"});
    socket_.async_connect({address, to_.port}, [self = shared_from_this()](error_code failed) {
      if (!self->done_) return;  // the deadline was first
      if (failed) return self->fail(HttpFailure::not_sent, connect_code(failed));
      self->greet();
    });
  }

  // Idle, still open and silent: whatever came since the last answer means that it is over.
  bool usable(int64_t now_ns) {
    if (now_ns - idle_since_ns_ > idle_ns_max) return false;
    char byte = 0;
    const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void rest(int64_t now_ns) { idle_since_ns_ = now_ns; }

 private:
  static std::string connect_code(error_code code) {
    if (code == asio::error::connection_refused) return "connect_refused";
    if (code == asio::error::timed_out) return "connect_timeout";
    if (code == asio::error::no_descriptors) return "no_descriptors";
    return "connect_failed";
  }

  // The handshake counts as connecting: nothing of the request is out yet.
  void greet() {
    if (!tls_) return send();
    tls_->async_handshake(ssl::stream_base::client,
                          [self = shared_from_this()](error_code failed) {
                            if (!self->done_) return;
                            if (failed) return self->fail(HttpFailure::not_sent, "tls_failed");
                            self->send();
                          });
  }

  void send() {
    arm(answer_ms_, {HttpFailure::ambiguous, "answer_timeout"});
    auto written = [self = shared_from_this()](error_code failed, size_t) {
      // An early answer may be followed by a close: let the reading decide.
      self->written_ = !failed;
    };
    if (tls_) {
      asio::async_write(*tls_, asio::buffer(request_), std::move(written));
    } else {
      asio::async_write(socket_, asio::buffer(request_), std::move(written));
    }
    receive();
  }

  void receive() {
    auto read = [self = shared_from_this()](error_code failed, size_t size) {
      if (self->done_) self->received(failed, size);
    };
    if (tls_) {
      tls_->async_read_some(asio::buffer(piece_), std::move(read));
    } else {
      socket_.async_read_some(asio::buffer(piece_), std::move(read));
    }
  }

  void received(error_code failed, size_t size) {
    if (failed && failed != asio::error::eof) return fail(HttpFailure::ambiguous, "reset");
    const auto whole = failed ? parser_->end_of_stream() : parser_->feed({piece_.data(), size});
    if (!whole) return fail(HttpFailure::ambiguous, failed ? "closed" : "bad_answer");
    if (!*whole) return receive();
    finish(std::move(parser_->response()), !failed && parser_->keeps_alive() && written_);
  }

  // One deadline at a time. A timer that fires as its deadline is moved finds a later one.
  void arm(int64_t after_ms, HttpError error) {
    deadline_error_ = std::move(error);
    timer_.expires_after(std::chrono::milliseconds(after_ms));
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || !self->done_ || self->timer_.expiry() > SteadyTime::clock::now()) return;
      self->fail(self->deadline_error_.failure, self->deadline_error_.message);
    });
  }

  void fail(HttpFailure failure, std::string message) {
    finish(std::unexpected(HttpError{failure, std::move(message)}), false);
  }

  void fail_later(error_code code) {
    asio::post(socket_.get_executor(), [self = shared_from_this(), code] {
      if (self->done_) self->fail(HttpFailure::not_sent, connect_code(code));
    });
  }

  void finish(Call result, bool reusable) {
    timer_.cancel();
    error_code ignored;
    if (!reusable) socket_.close(ignored);
    const Done done = std::exchange(done_, nullptr);
    done(shared_from_this(), std::move(result), reusable);
  }

  tcp::socket socket_;
  std::optional<ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer timer_;
  const Endpoint& to_;
  std::string request_;
  int64_t answer_ms_ = 0;
  std::optional<HttpParser> parser_;
  std::array<char, 8192> piece_;
  Done done_;
  HttpError deadline_error_;
  bool written_ = false;
  int64_t idle_since_ns_ = 0;
};

}  // namespace

struct Client::Impl {
  // Destroyed last: the connections that its pending handlers hold name the endpoints below.
  std::deque<Endpoint> edges;  // connections keep references into it while it grows
  std::vector<std::shared_ptr<ssl::context>> trusts;  // by edge; null = plain
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::vector<std::vector<std::shared_ptr<Connection>>> idle;  // by edge, newest last

  std::shared_ptr<Connection> take(size_t edge) {
    const int64_t now_ns = monotonic_ns();
    while (!idle[edge].empty()) {
      auto connection = std::move(idle[edge].back());
      idle[edge].pop_back();
      if (connection->usable(now_ns)) return connection;
    }
    return std::make_shared<Connection>(context, edges[edge], trusts[edge].get());
  }

  void give_back(size_t edge, std::shared_ptr<Connection> connection) {
    if (idle[edge].size() >= idle_max) return;
    connection->rest(monotonic_ns());
    idle[edge].push_back(std::move(connection));
  }
};

Client::Client(std::vector<Endpoint> edges, std::vector<std::shared_ptr<const TlsTrust>> trusts)
    : impl_(std::make_unique<Impl>()) {
  impl_->trusts.resize(edges.size());
  for (size_t i = 0; i < trusts.size(); ++i) {
    if (!trusts[i]) continue;
    auto* shared = static_cast<SSL_CTX*>(trusts[i]->context());
    SSL_CTX_up_ref(shared);  // the context gives it back
    impl_->trusts[i] = std::make_shared<ssl::context>(shared);
  }
  impl_->edges.assign(edges.begin(), edges.end());
  impl_->idle.resize(impl_->edges.size());
}

Client::~Client() = default;

size_t Client::add(const Endpoint& edge, size_t like) {
  impl_->edges.push_back(edge);
  impl_->trusts.push_back(impl_->trusts.at(like));
  impl_->idle.emplace_back();
  return impl_->edges.size() - 1;
}

void Client::call(size_t edge, const HttpRequest& request, int64_t connect_ms, int64_t answer_ms,
                  Answered answered) {
  if (edge == nowhere) {
    return post([answered = std::move(answered)] {
      answered(std::unexpected(HttpError{HttpFailure::not_sent, "no_address"}));
    });
  }
  impl_->take(edge)->start(
      request, connect_ms, answer_ms,
      [impl = impl_.get(), edge, answered = std::move(answered)](
          std::shared_ptr<Connection> connection, const Call& result, bool reusable) {
        if (reusable) impl->give_back(edge, std::move(connection));
        answered(result);
      });
}

void Client::at(int64_t time_ns, std::function<void()> then) {
  auto timer = std::make_shared<asio::steady_timer>(impl_->context, steady(time_ns));
  timer->async_wait([timer, then = std::move(then)](error_code cancelled) {
    if (!cancelled) then();
  });
}

void Client::post(std::function<void()> then) {
  asio::post(impl_->context, std::move(then));
}

void Client::stop() {
  impl_->context.stop();
}

void Client::run() {
  impl_->context.run();
}

}  // namespace rehearse
