// Whole services in this process, each with what must be true of its books in the end: what was
// never asked for well and with the right signature has moved nothing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "../unit/fixtures/casino/common/fake_redis.hpp"
#include "../unit/fixtures/casino/common/fake_wallet.hpp"
#include "base/clock.hpp"
#include "casino/chain/service.hpp"
#include "casino/common/hash.hpp"
#include "casino/common/signature.hpp"
#include "casino/game/bridge.hpp"
#include "casino/kyt/service.hpp"
#include "casino/lifeline/requests.hpp"
#include "casino/outside/settlement.hpp"
#include "casino/psp/service.hpp"
#include "casino/session/requests.hpp"
#include "casino/stream/service.hpp"
#include "casino/studio/service.hpp"
#include "fuzz.hpp"

namespace casino::fuzz {

namespace {

int64_t wall_ms() {
  return rehearse::wall_ns() / rehearse::ns_per_ms;
}
int64_t wall_s() {
  return rehearse::wall_ns() / rehearse::ns_per_s;
}

class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "http-fuzz.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string book() const { return path_ / "book.sqlite"; }

 private:
  std::filesystem::path path_;
};

bool is_2xx(int status) {
  return status >= 200 && status < 300;
}

// What every service owes: a status, an answer that can be read, no exception inside.
Outcome judged(const Request& request, const Response& response) {
  Outcome outcome{is_2xx(response.status) && !response.hangs_up, response.status, ""};
  boost::system::error_code error;
  if (request.path != "/v1/settlements" && !response.hangs_up)
    json::parse(response.body, error);
  if (error) outcome.wrong = "an answer that is no JSON: " + response.body.substr(0, 200);
  if (response.body.find("\"internal\"") != std::string::npos)
    outcome.wrong = "an exception inside: " + response.body.substr(0, 200);
  return outcome;
}

struct Money {
  std::string business_key, currency;
  int64_t amount_minor = 0;
  bool operator==(const Money&) const = default;
};

// nullopt: no well-formed order of money.
std::optional<Money> money_of(const std::string& body, std::string_view key = "business_key") {
  const auto object = parse_object(body);
  if (!object) return std::nullopt;
  Money money{text_of(*object, key).value_or(""), text_of(*object, "currency").value_or(""),
              integer_of(*object, "amount_minor").value_or(0)};
  const bool whole = is_identifier(money.business_key) && is_currency(money.currency) &&
                     money.amount_minor > 0;
  return whole ? std::optional(money) : std::nullopt;
}

Money money_in(const json::object& row, std::string_view key = "business_key") {
  return {text_of(row, key).value_or(""), text_of(row, "currency").value_or(""),
          integer_of(row, "amount_minor").value_or(0)};
}

json::array rows_of(const std::string& dump, std::string_view name) {
  return parse_object(dump).value().at(name).as_array();
}

Request get(const std::string& path, const std::string& query = "") {
  return {"GET", path, query, {}, ""};
}
Request post(const std::string& path, const std::string& body, Headers headers = {}) {
  return {"POST", path, "", std::move(headers), body};
}

const std::vector<Request> control_seeds = {
    post("/control/conduct", R"({"fault":"f","mode":"slow","delay_ms":5,"lease_ms":50})"),
    get("/control/conduct"), post("/control/conduct/f/end", ""), get("/control/book"),
    get("/status"), get("/health")};

// `last` comes when what was asked before has had time to end.
std::vector<Request> with_control(std::vector<Request> seeds, std::vector<Request> last = {}) {
  seeds.insert(seeds.end(), control_seeds.begin(), control_seeds.end());
  seeds.insert(seeds.end(), last.begin(), last.end());
  return seeds;
}

class Psp final : public Target {
 public:
  Outcome take(const Request& request) override {
    Outcome outcome = judged(request, service_.answer(request));
    if (request.method == "POST" && request.path == "/v1/transfers" && outcome.accepted)
      outcome.wrong = made(request);
    book_.settle_due(wall_ms() + 1000);
    if (++taken_ % 64 == 0) book_.dispute_due(wall_ms() + 60'000);
    return outcome;
  }

  std::string end() override {
    std::map<std::string, int64_t> paid_in, gone_back;
    size_t ordered = 0;
    for (const auto& item : rows_of(book_.dump(), "transfers")) {
      const json::object& row = item.as_object();
      const Money money = money_in(row);
      const std::string direction = text_of(row, "direction").value_or("");
      if (direction == "refund" || direction == "chargeback") {
        gone_back[money.business_key] += money.amount_minor;
        continue;
      }
      ++ordered;
      const auto asked = asked_.find(text_of(row, "idempotency_key").value_or(""));
      if (asked == asked_.end()) return "a transfer in the book that nobody asked for well";
      if (!(asked->second == money)) return "a transfer in the book is not what was asked for";
      // As a sum of many it may not fit; one deposit of a key is what goes back.
      auto& most = paid_in[money.business_key];
      if (direction == "in") most = std::max(most, money.amount_minor);
    }
    if (ordered != asked_.size()) return "the book lacks a transfer that was acknowledged";
    for (const auto& [key, amount_minor] : gone_back)
      if (amount_minor > paid_in[key]) return "more went back than came in: " + key;
    const auto file = read_settlement(book_.settlement(0, wall_ms() + 10'000));
    return file && file->is_whole ? "" : "the settlement file cannot be read";
  }

 private:
  std::string made(const Request& request) {
    const auto money = money_of(request.body);
    if (!money) return "a transfer was made of what is no money";
    const std::string key(request.header("idempotency-key"));
    const auto [known, is_new] = asked_.emplace(key, *money);
    return is_new || known->second == *money ? "" : "another body was accepted under one key";
  }

  Folder folder_;
  ProviderBook book_{folder_.book(), "psp-a"};
  Misconduct misconduct_{7};
  WebhookCopies copies_;
  PspService service_{book_, misconduct_, copies_, "psp-a", "psp-a", 7};
  std::map<std::string, Money> asked_;  // by idempotency key
  int64_t taken_ = 0;
};

template <typename T>
Surface service(std::string name, std::vector<Request> seeds, std::vector<Request> hostile) {
  return {std::move(name), std::move(seeds), std::move(hostile),
          [] { return std::make_unique<T>(); }};
}

Surface psp_surface() {
  const auto order = [](const std::string& amount) {
    return R"({"business_key":"p1","direction":"in","amount_minor":)" + amount +
           R"(,"currency":"EUR","method":"card"})";
  };
  const auto transfer = [&](const std::string& key, const std::string& amount) {
    return post("/v1/transfers", order(amount), {{"idempotency-key", key}});
  };
  std::string out = order("70");
  out.replace(out.find("\"in\""), 4, "\"out\"").replace(out.find("p1"), 2, "p2");
  return service<Psp>(
      "psp",
      with_control({transfer("p1", "500"), transfer("p1", "500"),
                    post("/v1/transfers", out, {{"idempotency-key", "p2"}}),
                    get("/v1/transfers", "business_key=p1"),
                    post("/v1/cancellations", "", {{"idempotency-key", "p9"}}),
                    post("/v1/disputes", R"({"business_key":"p1"})"),
                    get("/v1/settlements", "day=1")},
                   {post("/v1/refunds", R"({"business_key":"p1"})"),
                    post("/v1/refunds", R"({"business_key":"p1"})")}),
      {transfer("", "500"), transfer("p8", "-1"), transfer("p8", "1e309"), transfer("p8", "0.5"),
       transfer("p8", "9223372036854775808"), transfer("p1", "501"), transfer("p9", "500"),
       post("/v1/refunds", R"({"business_key":"nobody"})"),
       get("/v1/transfers", "business_key=%ff"),
       get("/v1/settlements", "day=9223372036854775807")});
}

class Chain final : public Target {
 public:
  Outcome take(const Request& request) override {
    Outcome outcome = judged(request, service_.answer(request));
    const bool in = request.path == "/v1/deposits", out = request.path == "/v1/transactions";
    if (request.method == "POST" && (in || out) && outcome.accepted) {
      const auto money = money_of(request.body);
      if (!money) outcome.wrong = "the chain took what is no money";
      else if (in) deposits_.emplace(money->business_key, *money);
      else payouts_.insert(money->business_key);
    }
    chain_tick(book_, misconduct_, ++taken_, wall_ms());
    if (taken_ % 128 == 0) book_.reorganize(3, wall_ms());
    return outcome;
  }

  std::string end() override {
    std::set<std::string> given_back;
    size_t deposits = 0;
    for (const auto& item : rows_of(book_.dump(), "transfers")) {
      const Money money = money_in(item.as_object());
      const std::string direction = text_of(item.as_object(), "direction").value_or("");
      if (money.amount_minor <= 0) return "a transaction of no money";
      if (direction == "out" && !payouts_.contains(money.business_key))
        return "a payout that nobody asked for well";
      if (direction == "out") continue;
      const auto asked = deposits_.find(money.business_key);
      if (asked == deposits_.end() || !(asked->second == money))
        return "a deposit or refund that is not what was paid in";
      deposits += direction == "in" ? 1 : 0;
      if (direction == "refund" && !given_back.insert(money.business_key).second)
        return "a deposit was given back twice";
    }
    return deposits == deposits_.size() ? "" : "the book lacks a deposit that was acknowledged";
  }

 private:
  Folder folder_;
  ChainBook book_{folder_.book(), {"tron", 100, 3}, 7};
  Misconduct misconduct_{7};
  ChainService service_{book_, misconduct_, "chain-1"};
  std::map<std::string, Money> deposits_;  // the first of a business key
  std::set<std::string> payouts_;
  int64_t taken_ = 0;
};

Surface chain_surface() {
  const auto payout = [](const std::string& nonce, const std::string& amount) {
    return post("/v1/transactions",
                R"({"sender":"hot-1","business_key":"w)" + nonce + R"(","nonce":)" + nonce +
                    R"(,"amount_minor":)" + amount + R"(,"currency":"USDT","fee_minor":1000000})");
  };
  const std::string deposit =
      R"({"business_key":"d1","amount_minor":5000000,"currency":"USDT"})";
  return service<Chain>(
      "chain",
      with_control({payout("0", "7"), payout("0", "7"), payout("1", "8"),
                    get("/v1/transactions", "business_key=w0"), post("/v1/deposits", deposit),
                    get("/v1/head"), get("/v1/settlements", "day=1")},
                   {post("/v1/refunds", R"({"business_key":"d1"})"),
                    post("/v1/refunds", R"({"business_key":"d1"})")}),
      {payout("0", "9"), payout("2", "0"), payout("-1", "5"), payout("1e309", "5"),
       post("/v1/refunds", R"({"business_key":"nobody"})")});
}

class Kyt final : public Target {
 public:
  Outcome take(const Request& request) override {
    Outcome outcome = judged(request, service_.answer(request));
    if (request.method == "POST" && request.path == "/v1/screenings" && outcome.accepted) {
      const auto money = money_of(request.body);
      const auto [known, is_new] = asked_.emplace(std::string(request.header("idempotency-key")),
                                                  money.value_or(Money()));
      if (!money || (!is_new && !(known->second == *money)))
        outcome.wrong = "what is no money, or another body under one key, was taken";
    }
    return outcome;
  }
  std::string end() override {
    const bool all = rows_of(book_.dump(wall_ms()), "screenings").size() == asked_.size();
    return all ? "" : "the book has other screenings than were acknowledged";
  }

 private:
  Folder folder_;
  ScreeningBook book_{folder_.book(), "kyt-a"};
  Misconduct misconduct_{7};
  KytService service_{book_, misconduct_, "kyt-a", 7};
  std::map<std::string, Money> asked_;
};

Surface kyt_surface() {
  const std::string order =
      R"({"business_key":"p1","player":"p0001","direction":"out","amount_minor":5,)"
      R"("currency":"EUR"})";
  return service<Kyt>("kyt",
                      with_control({post("/v1/screenings", order, {{"idempotency-key", "p1"}}),
                                    get("/v1/screenings", "business_key=p1")}),
                      {post("/v1/screenings", order), get("/v1/screenings")});
}

// A bridge on a port of its own before a wallet of a few rules.
class Casino {
 public:
  Casino() {
    studios_["studio-a"] = {find_dialect("replay"), "secret-a"};
    studios_["studio-b"] = {find_dialect("code"), "secret-b"};
    bridge_ = std::make_unique<Bridge>(studios_, caller_, "game-1", PlantedBug::none);
    server_ = std::move(HttpServer::listen({.address = "127.0.0.1", .port = 0},
                                           [this](const Request& request, const Reply& reply) {
                                             reply(bridge_->answer(request));
                                           })
                            .value());
    running_ = std::jthread([this] { server_->run(); });
  }
  ~Casino() {
    server_->stop();
    running_.join();
  }
  Endpoint endpoint() const { return {"127.0.0.1", server_->port()}; }
  Response answer(const Request& request) { return bridge_->answer(request); }
  test::FakeWallet& wallet() { return wallet_; }

 private:
  test::FakeWallet wallet_;
  WalletCaller caller_{{wallet_.endpoint()}};
  Studios studios_;
  std::unique_ptr<Bridge> bridge_;
  std::unique_ptr<HttpServer> server_;
  std::jthread running_;
};

class Studio final : public Target {
 public:
  Outcome take(const Request& request) override {
    if (request.method == "POST" && request.path == "/v1/spins") {
      if (const auto money = money_of(request.body, "key"))
        spins_.emplace(money->business_key, *money);
    }
    return judged(request, service_.answer(request));
  }

  std::string end() override {
    for (const auto& item : rows_of(book_.dump(), "rounds")) {
      const Money money = money_in(item.as_object(), "round");
      const auto asked = spins_.find(money.business_key);
      if (asked == spins_.end()) return "a round that nobody asked for well";
    }
    for (const auto& [path, body] : casino_.wallet().booked()) {
      if (path != "/v1/bets") continue;
      const auto asked = spins_.find(text_of(body, "round").value_or(""));
      if (asked == spins_.end()) return "a bet in the wallet that nobody asked for well";
    }
    return {};
  }

 private:
  Casino casino_;
  Folder folder_;
  StudioBook book_{folder_.book(), "studio-a", 7};
  CasinoLine line_{LineOptions{{casino_.endpoint()}, "studio-a", "secret-a", Style::replay}};
  Misconduct misconduct_{7};
  StudioService service_{book_, line_, misconduct_, "studio-a"};
  std::map<std::string, Money> spins_;
};

// A key of a round that the plan lets be played.
std::string playable_key() {
  for (int i = 0; i < 1000; ++i) {
    std::string key = "k-" + std::to_string(i);
    if (plan_round(7, key, 1000).fate == Fate::win) return key;
  }
  return "none";
}

Surface studio_surface() {
  const std::string key = playable_key();
  const auto spin = [&](const std::string& amount) {
    return post("/v1/spins", R"({"key":")" + key + R"(","player":"p0001","amount_minor":)" +
                                 amount + R"(,"currency":"EUR","game":"slots"})");
  };
  return service<Studio>("studio",
                         with_control({spin("1000"), spin("1000"), get("/v1/rounds/" + key)}),
                         {spin("1001"), spin("-1"), spin("1e309"), get("/v1/rounds/nobody")});
}

enum class Signer { nobody, owner, stranger };

// Every other request is signed anew, or nothing but signatures would be tested; a quarter of them
// as well as can be, but by a stranger's key.
Signer signer_of(const Request& request, const std::string& header) {
  if (request.header(header) == "good") return Signer::owner;
  if (request.header(header) == "stranger") return Signer::stranger;
  const size_t drawn = std::hash<std::string>()(request.path + request.body) % 4;
  return drawn < 2 ? Signer::owner : drawn == 2 ? Signer::stranger : Signer::nobody;
}

void put_header(Request& request, const std::string& name, std::string value) {
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  request.headers.emplace_back(name, std::move(value));
}

class GameBridge final : public Target {
 public:
  Outcome take(const Request& given) override {
    Request request = given;
    const std::string text = signed_text(request.path, request.body);
    const Signer signer = signer_of(request, "studio-signature");
    if (signer != Signer::nobody) {
      const bool b = request.path.starts_with("/v1/studios/studio-b");
      const bool uses_b = b == (signer == Signer::owner);
      put_header(request, "studio-signature",
                 sign_webhook(uses_b ? "secret-b" : "secret-a", text, wall_s()));
    }
    if (signer == Signer::owner) signed_.insert(text);
    const size_t before = static_cast<size_t>(casino_.wallet().asked.load());
    Outcome outcome = judged(request, casino_.answer(request));
    const bool moved = static_cast<size_t>(casino_.wallet().asked.load()) != before;
    if (moved && !signed_.contains(text))
      outcome.wrong = "the wallet was asked without a signature";
    return outcome;
  }

 private:
  Casino casino_;
  std::set<std::string> signed_;
};

Surface bridge_surface() {
  const std::string bet_a =
      R"({"transaction_uuid":"r1:bet","user":"p0001","round":"r1","currency":"EUR","amount":250,)"
      R"("jackpot":"daily","jackpot_contribution":2})";
  const std::string bet_b =
      R"({"txId":"r2:bet","playerId":"p0001","gameRound":"r2","cur":"EUR","cents":250})";
  const Headers good = {{"studio-signature", "good"}};
  const std::string a = "/v1/studios/studio-a/", b = "/v1/studios/studio-b/";
  return service<GameBridge>(
      "game/bridge",
      {post(a + "bet", bet_a, good), post(b + "bet", bet_b, good), post(b + "close", bet_b, good),
       get("/status")},
      {post(a + "bet", "{}", good),
       post(a + "bet", bet_a, {{"studio-signature", "stranger"}}),
       post("/v1/studios/studio-c/bet", bet_a, good),
       post(a + "luck", bet_a, good)});
}

// The lifeline's book and hands, made of memory; an emergency is on.
struct MemoryLifeline final : LifelineBook, LifelineHands {
  DbResult<std::optional<LifelineContact>> contact(const std::string& name) override {
    if (name != "bot-1") return std::optional<LifelineContact>();
    return std::optional<LifelineContact>({"bot-1", "p0001", std::string(40, 's')});
  }
  DbResult<LifelineBegun> begin(const LifelineMessage& message, const LifelineContact&) override {
    const auto [known, is_new] = hashes.emplace(message.key, body_hash_of(message));
    if (!is_new && known->second != body_hash_of(message))
      return LifelineBegun{LifelineBegun::State::key_reused, 1, 0, ""};
    return LifelineBegun{LifelineBegun::State::fresh, 1, 0, ""};
  }
  DbResult<void> end(const std::string&, int, const std::string&) override { return {}; }
  DbResult<std::optional<std::string>> player_of_payment(const std::string&) override {
    return std::optional<std::string>("p0001");
  }
  DbResult<std::optional<Emergency>> emergency() override { return on; }
  DbResult<bool> declare(const std::string& by, const std::string& reason) override {
    on = Emergency{1, by, reason};
    return true;
  }
  DbResult<bool> end_emergency(int64_t, const std::string&) override {
    on.reset();
    return true;
  }
  Response act(const LifelineMessage&, const std::string&) override {
    ++acts;
    return {200, R"({"outcome":"ok","balance_minor":5})", {}};
  }

  std::map<std::string, std::string> hashes;
  std::optional<Emergency> on;
  int64_t acts = 0;
};

class Lifeline final : public Target {
 public:
  Outcome take(const Request& given) override {
    Request request = given;
    const Signer signer = signer_of(request, "signature");
    if (signer != Signer::nobody) {
      const std::string secret(40, signer == Signer::owner ? 's' : 'x');
      put_header(request, "signature", sign_webhook(secret, request.body, wall_s()));
    }
    if (signer == Signer::owner) signed_.insert(request.body);
    const int64_t acts = memory_.acts;
    const bool on = memory_.on.has_value();
    LifelineRequests requests(context_, memory_, [](const SecurityEvent&) {});
    Outcome outcome = judged(request, requests.answer(request));
    if (memory_.acts != acts && !signed_.contains(request.body))
      outcome.wrong = "the lifeline acted without a signature";
    // Two signatures of officers are in the seeds, for these two texts alone.
    const std::string reason = memory_.on ? memory_.on->reason : "drill";
    if (memory_.on.has_value() != on && reason != "drill")
      outcome.wrong = "an emergency that no officers signed";
    return outcome;
  }

 private:
  MemoryLifeline memory_;
  const Officers officers_{{{"officer-1", "a-secret"}, {"officer-2", "b-secret"}}};
  const LifelineContext context_{"lifeline-1", memory_, officers_, wall_s, [] { return true; }};
  std::set<std::string> signed_;
};

Request emergency(const std::string& action, const std::string& second) {
  const std::string text = emergency_text(action, "drill");
  const std::string second_secret = second == "officer-1" ? "a-secret" : "b-secret";
  return post("/control/emergency",
              to_text({{"action", action},
                       {"reason", "drill"},
                       {"proposed_by", "officer-1"},
                       {"proposed_sig", officer_signature("a-secret", text)},
                       {"approved_by", second},
                       {"approved_sig", officer_signature(second_secret, text)}}));
}

Surface lifeline_surface() {
  const Headers good = {{"signature", "good"}};
  const auto ask = [&](const std::string& rest) {
    return post("/v1/lifeline", R"({"contact":"bot-1",)" + rest, good);
  };
  return service<Lifeline>(
      "lifeline",
      {ask(R"("key":"k1","operation":"cashout","currency":"EUR","amount_minor":500})"),
       ask(R"("key":"k2","operation":"close","currency":"EUR","round":"r1"})"),
       ask(R"("key":"k3","operation":"cancel","payment":"p1"})"),
       emergency("declare", "officer-2"), emergency("end", "officer-2"), get("/status")},
      {emergency("declare", "officer-1"), emergency("declare", "officer-3"),
       post("/v1/lifeline", R"({"contact":"bot-1","key":"k9","operation":"close",)"
                            R"("currency":"EUR","round":"r1"})", {{"signature", "stranger"}}),
       ask(R"("key":"k1","operation":"cashout","currency":"EUR","amount_minor":501})")});
}

class Session final : public Target {
 public:
  Session() { watch_.state_after(rehearse::monotonic_ns(), 3000); }

  Outcome take(const Request& given) override {
    Request request = given;
    auto body = parse_object(request.body);
    const auto text = [&](std::string_view name) {
      return body ? text_of(*body, name).value_or("") : "";
    };
    const std::string proof = login_proof("player-secret", text("player"), text("key"));
    if (body && request.path == "/v1/sessions" &&
        signer_of(request, "") == Signer::owner) {
      (*body)["proof"] = proof;
      request.body = to_text(*body);
    }
    SessionRequests requests(context_, watch_);
    Outcome outcome = judged(request, requests.answer(request));
    const bool login = request.method == "POST" && request.path == "/v1/sessions";
    if (login && outcome.accepted && text("proof") != proof)
      outcome.wrong = "a session was opened without a proof";
    return outcome;
  }

 private:
  std::string answer(const rehearse::RedisCommand& command) {
    const std::scoped_lock lock(mutex_);
    if (command[0] == "ROLE")
      return test::list({test::bulk("master"), test::whole(1), test::list({})});
    if (command[0] == "EVAL") return test::whole(1);
    if (command[0] != "GET" && command[0] != "SET") return "+OK\r\n";
    const auto known = data_.find(command[1]);
    const std::string old = known == data_.end() ? "$-1\r\n" : test::bulk(known->second);
    if (command[0] == "SET") data_[command[1]] = command[2];
    return command[0] == "SET" && command.back() != "GET" ? "+OK\r\n" : old;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> data_;
  test::FakeRedis redis_{[this](const rehearse::RedisCommand& command) { return answer(command); }};
  test::FakeRedis sentinel_{[this](const rehearse::RedisCommand&) {
    const Endpoint master = redis_.endpoint();
    return test::list({test::bulk(master.address), test::bulk(std::to_string(master.port))});
  }};
  RedisWatch watch_{{{redis_.endpoint()}, {sentinel_.endpoint()}, ""}};
  WalletCaller wallet_{{}};
  SessionContext context_{"player-secret", "session-secret", wallet_, {.per_s = 1, .burst = 2},
                          LocalBuckets({.per_s = 1, .burst = 2})};
};

Surface session_surface() {
  const auto login = [](const std::string& proof) {
    return post("/v1/sessions",
                to_text({{"key", "k-1"}, {"player", "p0001"}, {"proof", proof}}));
  };
  const std::string token = hmac_sha256_hex("session-secret", "session|p0001|k-1");
  return service<Session>("session",
                          {login(login_proof("player-secret", "p0001", "k-1")),
                           get("/v1/sessions/" + token)},
                          {get("/v1/sessions/nobody"), get("/v1/sessions/a%2Fb"),
                           get("/v1/sessions/" + token + "/balance", "currency=eur")});
}

class Stream final : public Target {
 public:
  Outcome take(const Request& request) override {
    // It may be kept until a piece comes, longer than this call.
    const auto answered = std::make_shared<std::optional<Response>>();
    service_.answer(request, [answered](Response response) { *answered = std::move(response); });
    if (++taken_ % 4 == 0) service_.make_pieces(wall_ms());
    return answered->has_value() ? judged(request, **answered) : Outcome{};
  }

 private:
  Folder folder_;
  Misconduct misconduct_{7};
  StreamService service_{folder_.book(), misconduct_, "stream-1", {"t1", "t2"}};
  int64_t taken_ = 0;
};

Surface stream_surface() {
  std::vector<Request> seeds = with_control({get("/v1/streams/t1"), get("/v1/streams/t1/playlist"),
                                             get("/v1/streams/t2")});
  seeds.push_back(get("/v1/streams/t1/piece", "after=0"));
  return service<Stream>("stream", std::move(seeds),
                         {get("/v1/streams/t9"), get("/v1/streams/piece"),
                          get("/v1/streams//piece"), get("/v1/streams/t1/segments/99"),
                          get("/v1/streams/t1/piece", "after=-1"),
                          get("/v1/streams/t1/segments/9223372036854775808")});
}

// The real server; an input's body is what is sent, byte by byte.
class Server final : public Target {
 public:
  Server() {
    server_ = std::move(HttpServer::listen({.address = "127.0.0.1", .port = 0},
                                           [this](const Request& request, const Reply& reply) {
                                             reply(handled(request));
                                           })
                            .value());
    running_ = std::jthread([this] { server_->run(); });
  }
  ~Server() override {
    server_->stop();
    running_.join();
  }

  Outcome take(const Request& request) override {
    const std::string answer = exchange(request.body);
    Outcome outcome;
    constexpr std::string_view line = "HTTP/1.1 ";
    if (answer.empty()) return outcome;  // hung up on, as who sends a half of a request is
    if (!answer.starts_with(line) || answer.size() < line.size() + 3) {
      outcome.wrong = "an answer that is no HTTP: " + answer.substr(0, 100);
      return outcome;
    }
    outcome.status = std::atoi(answer.c_str() + line.size());
    outcome.accepted = is_2xx(outcome.status);
    const std::scoped_lock lock(mutex_);
    outcome.wrong = wrong_;
    return outcome;
  }

 private:
  Response handled(const Request& request) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const std::scoped_lock lock(mutex_);
    if (request.body.size() > 64 * 1024) wrong_ = "a handler got more than 64 KiB";
    for (const auto& [name, value] : request.headers)
      if (std::ranges::any_of(name, is_upper)) wrong_ = "a header's name in upper case";
    request.parameter("day");
    const bool known = request.path == "/v1/echo" || request.path == "/status";
    return known ? Response{200, R"({"role":"fuzz","n":1})", {}}
                 : Response{404, R"({"error":"not_found"})", {}};
  }

  std::string exchange(const std::string& bytes) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server_->port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      ::close(fd);
      throw std::runtime_error("the server does not accept any more");
    }
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;  // it has heard enough
      at += static_cast<size_t>(sent);
    }
    ::shutdown(fd, SHUT_WR);
    std::string answer;
    char piece[4096];
    for (ssize_t got; (got = ::recv(fd, piece, sizeof piece, 0)) > 0;)
      answer.append(piece, static_cast<size_t>(got));
    ::close(fd);
    return answer;
  }

  std::mutex mutex_;
  std::string wrong_;
  std::unique_ptr<HttpServer> server_;
  std::jthread running_;
};

Surface server_surface() {
  const auto raw = [](const std::string& bytes) { return Request{"", "", "", {}, bytes}; };
  const std::string head = "POST /v1/echo?day=%31+2 HTTP/1.1\r\nHost: a\r\n";
  const std::string whole = head + "Content-Length: 2\r\n\r\n{}";
  return service<Server>(
      "common/http_server",
      {raw("GET /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n"), raw(whole), raw(whole + whole + whole),
       raw(head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
       raw(head + "Connection: close\r\nContent-Length: 2\r\n\r\n{}"),
       raw("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
       raw(head + "Content-Length: 65536\r\n\r\n" + std::string(65'536, 'a'))},
      {raw(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
       raw(head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
       raw(head + "Content-Length: -1\r\n\r\n"), raw(head + "Content-Length: 99\r\n\r\n{}"),
       raw(head + "Content-Length: 18446744073709551616\r\n\r\n{}"),
       raw(head + "Content-Length: 65537\r\n\r\n" + std::string(65'537, 'a')),
       raw(head + "X: " + std::string(70'000, 'a') + "\r\n\r\n"),
       raw("GET /v1/echo\0 HTTP/1.1\r\n\r\n"), raw(std::string("\0\0\0\0", 4)),
       raw("GET /v1/echo HTTP/1.1\r\n\r")});
}

}  // namespace

std::vector<Surface> service_surfaces() {
  return {bridge_surface(), session_surface(), lifeline_surface(), psp_surface(),
          chain_surface(),  kyt_surface(),     studio_surface(),   stream_surface(),
          server_surface()};
}

}  // namespace casino::fuzz
