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
#include <ctime>
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
// Connections that are being made at a time, per edge; whoever comes then waits for one of them, or
// for one that falls idle. Thousands of handshakes at once would each fail at their deadline, and
// all be begun again.
constexpr size_t opening_max = 32;
constexpr int64_t handshake_ms = 3'000;  // once connected
constexpr int64_t session_s_max = 60;    // then a newer one is kept: servers forget them

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

  // Called once, when it is open or will not be.
  void on_opened(std::function<void()> opened) { opened_ = std::move(opened); }

  // A session of before spares both sides the certificate.
  void resume(SSL_SESSION* session) {
    if (tls_ && session != nullptr) SSL_set_session(tls_->native_handle(), session);
  }
  // The session to resume later; null: none yet. The caller frees it.
  SSL_SESSION* session() {
    if (!tls_) return nullptr;
    SSL_SESSION* known = SSL_get1_session(tls_->native_handle());
    if (known == nullptr || SSL_SESSION_is_resumable(known) == 1) return known;
    SSL_SESSION_free(known);
    return nullptr;
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
    arm(handshake_ms, {HttpFailure::not_sent, "connect_timeout"});
    tls_->async_handshake(ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
      if (!self->done_) return;
      if (failed) return self->fail(HttpFailure::not_sent, "tls_failed");
      self->send();
    });
  }

  void send() {
    opened();
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

  void opened() {
    if (const auto told = std::exchange(opened_, nullptr)) told();
  }

  void finish(Call result, bool reusable) {
    opened();
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
  std::function<void()> opened_;
  HttpError deadline_error_;
  bool written_ = false;
  int64_t idle_since_ns_ = 0;
};

}  // namespace

namespace {

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

// A call that found no connection.
struct Waiting {
  Waiting(asio::io_context& context, int64_t until_ms, HttpRequest call, int64_t answer,
          Client::Answered then)
      : deadline(context, std::chrono::milliseconds(until_ms)),
        connect_ms(until_ms),
        answer_ms(answer),
        request(std::move(call)),
        answered(std::move(then)) {}
  asio::steady_timer deadline;
  int64_t connect_ms, answer_ms;
  HttpRequest request;
  Client::Answered answered;  // empty once it goes on, or is over
};

// One place to go to, and the connections to it.
struct Edge {
  Endpoint to;
  std::shared_ptr<ssl::context> trust;            // null = plain
  std::vector<std::shared_ptr<Connection>> idle;  // newest last
  std::deque<std::shared_ptr<Waiting>> waiting;
  size_t opening = 0;
  std::unique_ptr<SSL_SESSION, FreeSession> session;  // the newest that can be resumed
};

}  // namespace

struct Client::Impl {
  // Destroyed last: the connections that its pending handlers hold name the endpoints below.
  std::deque<Edge> edges;  // connections keep references into it while it grows
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};

  ~Impl() {
    for (Edge& edge : edges) {
      edge.idle.clear();
      edge.waiting.clear();
    }
  }

  static std::shared_ptr<Connection> take_idle(Edge& edge) {
    const int64_t now_ns = monotonic_ns();
    while (!edge.idle.empty()) {
      auto connection = std::move(edge.idle.back());
      edge.idle.pop_back();
      if (connection->usable(now_ns)) return connection;
    }
    return nullptr;
  }

  void give_back(Edge& edge, std::shared_ptr<Connection> connection) {
    keep_session(edge, *connection);
    if (edge.idle.size() < idle_max) {
      connection->rest(monotonic_ns());
      edge.idle.push_back(std::move(connection));
    }
    serve(edge);
  }

  static void keep_session(Edge& edge, Connection& connection) {
    const bool fresh = edge.session && SSL_SESSION_get_time(edge.session.get()) + session_s_max >
                                           std::time(nullptr);
    if (!edge.trust || fresh) return;
    if (SSL_SESSION* known = connection.session()) edge.session.reset(known);
  }

  // False: there is none, and none may be opened now.
  bool begin(Edge& edge, const HttpRequest& request, int64_t connect_ms, int64_t answer_ms,
             Answered& answered) {
    auto connection = take_idle(edge);
    if (!connection) {
      if (edge.opening >= opening_max) return false;
      ++edge.opening;
      connection = std::make_shared<Connection>(context, edge.to, edge.trust.get());
      connection->resume(edge.session.get());
      connection->on_opened([this, &edge] {
        --edge.opening;
        serve(edge);
      });
    }
    connection->start(request, connect_ms, answer_ms,
                      [this, &edge, answered = std::move(answered)](
                          std::shared_ptr<Connection> used, const Call& result, bool reusable) {
                        if (reusable) give_back(edge, std::move(used));
                        answered(result);
                      });
    return true;
  }

  // Whoever waits, in their order, as far as there are connections for them.
  void serve(Edge& edge) {
    while (!edge.waiting.empty()) {
      const auto next = edge.waiting.front();
      if (next->answered &&
          !begin(edge, next->request, next->connect_ms, next->answer_ms, next->answered))
        return;
      next->answered = nullptr;
      next->deadline.cancel();
      edge.waiting.pop_front();
    }
  }

  void wait(Edge& edge, const HttpRequest& request, int64_t connect_ms, int64_t answer_ms,
            Answered answered) {
    auto waiting =
        std::make_shared<Waiting>(context, connect_ms, request, answer_ms, std::move(answered));
    edge.waiting.push_back(waiting);
    waiting->deadline.async_wait([waiting](error_code) {
      if (const auto told = std::exchange(waiting->answered, nullptr))
        told(std::unexpected(HttpError{HttpFailure::not_sent, "connect_timeout"}));
    });
  }
};

Client::Client(const std::vector<Endpoint>& edges,
               const std::vector<std::shared_ptr<const TlsTrust>>& trusts)
    : impl_(std::make_unique<Impl>()) {
  for (size_t i = 0; i < edges.size(); ++i) {
    Edge& edge = impl_->edges.emplace_back();
    edge.to = edges[i];
    if (i >= trusts.size() || !trusts[i]) continue;
    auto* shared = static_cast<SSL_CTX*>(trusts[i]->context());
    SSL_CTX_up_ref(shared);  // the context gives it back
    edge.trust = std::make_shared<ssl::context>(shared);
  }
}

Client::~Client() = default;

size_t Client::add(const Endpoint& to, size_t like) {
  auto trust = impl_->edges.at(like).trust;
  Edge& edge = impl_->edges.emplace_back();
  edge.to = to;
  edge.trust = std::move(trust);
  return impl_->edges.size() - 1;
}

void Client::call(size_t edge, const HttpRequest& request, int64_t connect_ms, int64_t answer_ms,
                  Answered answered) {
  if (edge == nowhere) {
    return post([answered = std::move(answered)] {
      answered(std::unexpected(HttpError{HttpFailure::not_sent, "no_address"}));
    });
  }
  Edge& to = impl_->edges[edge];
  if (!to.waiting.empty() || !impl_->begin(to, request, connect_ms, answer_ms, answered))
    impl_->wait(to, request, connect_ms, answer_ms, std::move(answered));
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
