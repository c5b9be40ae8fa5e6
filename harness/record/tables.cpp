// CSV (RFC 4180) of the canonical tables. Each table is a list of columns over a row type; reading
// and writing are the same for all of them. Columns are matched by their names in the header.
#include "record/tables.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <variant>

#include "base/files.hpp"

namespace rehearse {
namespace {

template <typename Row>
struct Column {
  std::string_view name;
  std::variant<std::string Row::*, int64_t Row::*, std::optional<int64_t> Row::*> member;
  bool required = true;
};

constexpr bool optional_column = false;

using L = LedgerEntry;
constexpr std::array<Column<L>, 16> ledger_columns{
    {{"ledger", &L::ledger},
     {"seq", &L::seq},
     {"tx", &L::tx},
     {"key", &L::key},
     {"account", &L::account},
     {"currency", &L::currency},
     {"amount_minor", &L::amount_minor},
     {"version", &L::version, optional_column},
     {"kind", &L::kind},
     {"round", &L::round, optional_column},
     {"region_term", &L::region_term, optional_column},
     {"timeline", &L::timeline, optional_column},
     {"epoch", &L::epoch, optional_column},
     {"prev_hash", &L::prev_hash, optional_column},
     {"hash", &L::hash, optional_column},
     {"committed_at", &L::committed_at}}};

using A = Account;
constexpr std::array<Column<A>, 6> account_columns{{{"account", &A::account},
                                                    {"owner", &A::owner},
                                                    {"bucket", &A::bucket},
                                                    {"currency", &A::currency},
                                                    {"balance_minor", &A::balance_minor},
                                                    {"version", &A::version, optional_column}}};

using I = Intent;
constexpr std::array<Column<I>, 8> intent_columns{{{"key", &I::key},
                                                   {"operation", &I::operation},
                                                   {"player", &I::player},
                                                   {"business_key", &I::business_key},
                                                   {"amount_minor", &I::amount_minor},
                                                   {"currency", &I::currency},
                                                   {"state", &I::state},
                                                   {"updated_at", &I::updated_at}}};

using T = ProviderTransfer;
constexpr std::array<Column<T>, 9> transfer_columns{
    {{"provider", &T::provider},
     {"transfer", &T::transfer},
     {"business_key", &T::business_key},
     {"direction", &T::direction},
     {"amount_minor", &T::amount_minor},
     {"currency", &T::currency},
     {"state", &T::state},
     {"at", &T::at},
     {"fee_minor", &T::fee_minor, optional_column}}};

using W = WebhookEffect;
constexpr std::array<Column<W>, 8> webhook_columns{
    {{"provider", &W::provider},
     {"event", &W::event},
     {"received", &W::received},
     {"applied", &W::applied},
     {"tx", &W::tx, optional_column},
     {"at", &W::at},
     {"transfer", &W::transfer, optional_column},
     {"business_key", &W::business_key, optional_column}}};

using E = LedgerEvent;
constexpr std::array<Column<E>, 10> event_columns{
    {{"topic", &E::topic},
     {"partition", &E::partition},
     {"offset", &E::offset},
     {"key", &E::key},
     {"tx", &E::tx},
     {"kind", &E::kind},
     {"amount_minor", &E::amount_minor},
     {"currency", &E::currency},
     {"at", &E::at},
     {"published_at", &E::published_at, optional_column}}};

using R = ReportingRow;
constexpr std::array<Column<R>, 6> reporting_columns{{{"tx", &R::tx},
                                                      {"kind", &R::kind},
                                                      {"amount_minor", &R::amount_minor},
                                                      {"currency", &R::currency},
                                                      {"loaded_at", &R::loaded_at},
                                                      {"node", &R::node, optional_column}}};

using O = Round;
constexpr std::array<Column<O>, 6> round_columns{{{"round", &O::round},
                                                  {"studio", &O::studio},
                                                  {"opened_at", &O::opened_at},
                                                  {"closed_at", &O::closed_at, optional_column},
                                                  {"state", &O::state},
                                                  {"reason", &O::reason, optional_column}}};

using P = PathHop;
constexpr std::array<Column<P>, 5> path_columns{{{"path", &P::path},
                                                 {"hop", &P::hop},
                                                 {"component", &P::component},
                                                 {"address", &P::address},
                                                 {"name", &P::name}}};

using Q = LifelineRequest;
constexpr std::array<Column<Q>, 9> lifeline_columns{{{"key", &Q::key},
                                                     {"contact", &Q::contact},
                                                     {"player", &Q::player},
                                                     {"operation", &Q::operation},
                                                     {"status", &Q::status},
                                                     {"at_ms", &Q::at_ms},
                                                     {"registered_ms", &Q::registered_ms},
                                                     {"declared_ms", &Q::declared_ms},
                                                     {"ended_ms", &Q::ended_ms}}};

using B = BettingWindow;
constexpr std::array<Column<B>, 5> window_columns{{{"window", &B::window},
                                                   {"table", &B::table},
                                                   {"opened_ms", &B::opened_ms},
                                                   {"closed_ms", &B::closed_ms},
                                                   {"decided_by", &B::decided_by}}};

using D = WindowBet;
constexpr std::array<Column<D>, 4> window_bet_columns{{{"key", &D::key},
                                                       {"window", &D::window},
                                                       {"decided_ms", &D::decided_ms},
                                                       {"outcome", &D::outcome}}};

using S = StreamSample;
constexpr std::array<Column<S>, 4> sample_columns{
    {{"table", &S::table}, {"at_ms", &S::at_ms}, {"mode", &S::mode}, {"lost", &S::lost}}};

using U = AuditEntry;
constexpr std::array<Column<U>, 11> audit_columns{{{"chain", &U::chain},
                                                   {"position", &U::position},
                                                   {"tx", &U::tx},
                                                   {"key", &U::key},
                                                   {"kind", &U::kind},
                                                   {"actor", &U::actor},
                                                   {"amount_minor", &U::amount_minor},
                                                   {"currency", &U::currency},
                                                   {"at", &U::at},
                                                   {"prev_hash", &U::prev_hash},
                                                   {"hash", &U::hash}}};

using G = LagSample;
constexpr std::array<Column<G>, 4> lag_columns{
    {{"t_ms", &G::t_ms}, {"node", &G::node}, {"what", &G::what}, {"value", &G::value}}};

using V = PaymentSwitch;
constexpr std::array<Column<V>, 5> switch_columns{{{"key", &V::key},
                                                   {"from_provider", &V::from_provider},
                                                   {"to_provider", &V::to_provider},
                                                   {"reason", &V::reason},
                                                   {"at", &V::at}}};

using Y = SettlementRow;
constexpr std::array<Column<Y>, 8> settlement_columns{{{"provider", &Y::provider},
                                                       {"transfer", &Y::transfer},
                                                       {"business_key", &Y::business_key},
                                                       {"direction", &Y::direction},
                                                       {"amount_minor", &Y::amount_minor},
                                                       {"currency", &Y::currency},
                                                       {"fee_minor", &Y::fee_minor},
                                                       {"verdict", &Y::verdict}}};

using SR = StudioRound;
constexpr std::array<Column<SR>, 8> studio_round_columns{{{"studio", &SR::studio},
                                                          {"round", &SR::round},
                                                          {"player", &SR::player},
                                                          {"amount_minor", &SR::amount_minor},
                                                          {"currency", &SR::currency},
                                                          {"state", &SR::state},
                                                          {"reason", &SR::reason},
                                                          {"at", &SR::at}}};

using ST = StudioTransaction;
constexpr std::array<Column<ST>, 11> studio_transaction_columns{
    {{"studio", &ST::studio},
     {"transaction", &ST::transaction},
     {"round", &ST::round},
     {"kind", &ST::kind},
     {"bet", &ST::bet},
     {"player", &ST::player},
     {"amount_minor", &ST::amount_minor},
     {"currency", &ST::currency},
     {"state", &ST::state},
     {"contradicted", &ST::contradicted, optional_column},
     {"at", &ST::at}}};

using PL = PlayerLimit;
constexpr std::array<Column<PL>, 8> limit_columns{{{"key", &PL::key},
                                                   {"player", &PL::player},
                                                   {"kind", &PL::kind},
                                                   {"currency", &PL::currency},
                                                   {"value_minor", &PL::value_minor},
                                                   {"after_seq", &PL::after_seq},
                                                   {"until_ms", &PL::until_ms, optional_column},
                                                   {"from_ms", &PL::from_ms, optional_column}}};

using PQ = ProviderRequest;
constexpr std::array<Column<PQ>, 4> request_columns{{{"provider", &PQ::provider},
                                                     {"kind", &PQ::kind},
                                                     {"business_key", &PQ::business_key},
                                                     {"at_ms", &PQ::at_ms}}};

using PE = ProviderEvent;
constexpr std::array<Column<PE>, 3> provider_event_columns{
    {{"provider", &PE::provider}, {"event", &PE::event}, {"transfer", &PE::transfer}}};

using SG = ScreeningRow;
constexpr std::array<Column<SG>, 11> screening_columns{{{"business_key", &SG::business_key},
                                                        {"player", &SG::player},
                                                        {"direction", &SG::direction},
                                                        {"amount_minor", &SG::amount_minor},
                                                        {"currency", &SG::currency},
                                                        {"state", &SG::state},
                                                        {"decided_by", &SG::decided_by},
                                                        {"decided_at_ms", &SG::decided_at_ms},
                                                        {"deferred_at_ms", &SG::deferred_at_ms},
                                                        {"bound_minor", &SG::bound_minor},
                                                        {"window_s", &SG::window_s}}};

using SV = ScreeningVerdict;
constexpr std::array<Column<SV>, 5> verdict_columns{{{"provider", &SV::provider},
                                                     {"screening", &SV::screening},
                                                     {"business_key", &SV::business_key},
                                                     {"state", &SV::state},
                                                     {"decided_at", &SV::decided_at}}};

using RH = ResidencyRow;
constexpr std::array<Column<RH>, 3> residency_columns{
    {{"store", &RH::store}, {"player", &RH::player}, {"home", &RH::home}}};

using RD = ResidencyRead;
constexpr std::array<Column<RD>, 5> residency_read_columns{{{"store", &RD::store},
                                                            {"player", &RD::player},
                                                            {"home", &RD::home},
                                                            {"reader", &RD::reader},
                                                            {"outcome", &RD::outcome}}};
using AL = Alert;
constexpr std::array<Column<AL>, 5> alert_columns{{{"alert", &AL::alert},
                                                   {"about", &AL::about},
                                                   {"began_at", &AL::began_at},
                                                   {"ended_at", &AL::ended_at},
                                                   {"node", &AL::node}}};

using C = CreditDecision;
constexpr std::array<Column<C>, 10> credit_columns{{{"seq", &C::seq},
                                                    {"key", &C::key},
                                                    {"player", &C::player},
                                                    {"amount_minor", &C::amount_minor},
                                                    {"currency", &C::currency},
                                                    {"approved", &C::approved},
                                                    {"lender", &C::lender},
                                                    {"player_max_minor", &C::player_max_minor},
                                                    {"exposure_max_minor", &C::exposure_max_minor},
                                                    {"state", &C::state, optional_column}}};

// Applies `f(table name, columns, member of Books)` to every table.
template <typename BooksRef, typename F>
Status for_each_table(BooksRef& books, F&& f) {
  Status status;
  const auto then = [&](std::string_view name, const auto& columns, auto& table) {
    using Item = typename std::decay_t<decltype(columns)>::value_type;
    if (status) status = f(name, std::span<const Item>(columns), table);
  };
  then("ledger_entries", ledger_columns, books.ledger_entries);
  then("accounts", account_columns, books.accounts);
  then("intents", intent_columns, books.intents);
  then("provider_transfers", transfer_columns, books.provider_transfers);
  then("webhook_effects", webhook_columns, books.webhook_effects);
  then("events", event_columns, books.events);
  then("reporting", reporting_columns, books.reporting);
  then("rounds", round_columns, books.rounds);
  then("paths", path_columns, books.paths);
  then("lifeline_requests", lifeline_columns, books.lifeline_requests);
  then("windows", window_columns, books.windows);
  then("window_bets", window_bet_columns, books.window_bets);
  then("stream_samples", sample_columns, books.stream_samples);
  then("payment_switches", switch_columns, books.payment_switches);
  then("settlement_lines", settlement_columns, books.settlement_lines);
  then("studio_rounds", studio_round_columns, books.studio_rounds);
  then("studio_transactions", studio_transaction_columns, books.studio_transactions);
  then("audit", audit_columns, books.audit);
  then("lags", lag_columns, books.lags);
  then("provider_requests", request_columns, books.provider_requests);
  then("provider_events", provider_event_columns, books.provider_events);
  then("screenings", screening_columns, books.screenings);
  then("screening_verdicts", verdict_columns, books.screening_verdicts);
  then("player_limits", limit_columns, books.player_limits);
  then("residency", residency_columns, books.residency);
  then("residency_reads", residency_read_columns, books.residency_reads);
  then("credit_log", credit_columns, books.credit_log);
  then("credit_decisions", credit_columns, books.credit_decisions);
  then("alerts", alert_columns, books.alerts);
  return status;
}

// ---- writing

void append_field(std::string& out, const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}
void append_field(std::string& out, int64_t value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}
void append_field(std::string& out, const std::optional<int64_t>& value) {
  if (value) append_field(out, *value);
}

template <typename Row>
Status write_table(const std::string& path, std::span<const Column<Row>> columns,
                   const std::vector<Row>& rows) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::string out;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    out += columns[i].name;
  }
  out += '\n';
  for (const Row& row : rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      std::visit([&](const auto member) { append_field(out, row.*member); }, columns[i].member);
    }
    out += '\n';
    if (out.size() > (1U << 20)) {
      file.write(out.data(), static_cast<std::streamsize>(out.size()));
      out.clear();
    }
  }
  file.write(out.data(), static_cast<std::streamsize>(out.size()));
  file.close();
  if (!file) return fail(ExitCode::machine, fmt::format("{}: cannot be written", path));
  return {};
}

// ---- reading

// Records of a CSV text. Fields keep their room from record to record.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  // False at the end of the text or on an error.
  bool next(std::vector<std::string>& fields, size_t& count) {
    count = 0;
    line_ = line_next_;
    if (at_ >= text_.size()) return false;
    for (;;) {
      if (count == fields.size()) fields.emplace_back();
      std::string& field = fields[count++];
      field.clear();
      if (!take_field(field)) return false;
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      end_line();
      return true;
    }
  }
  int64_t line() const { return line_; }
  const std::string& error() const { return error_; }

 private:
  bool take_field(std::string& field) {
    if (at_ < text_.size() && text_[at_] == '"') return take_quoted(field);
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    field.assign(text_.substr(at_, end - at_));
    at_ = end;
    if (field.find('"') == std::string::npos) return true;
    error_ = "a quote inside a field that is not quoted";
    return false;
  }
  bool take_quoted(std::string& field) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_next_;
      if (c != '"') {
        field += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += '"';
        ++at_;
      } else {
        ++at_;
        if (at_ == text_.size() || std::string_view(",\r\n").contains(text_[at_])) return true;
        error_ = "text after a closing quote";
        return false;
      }
    }
    error_ = "a quote is not closed";
    return false;
  }
  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_next_;
  }

  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1, line_next_ = 1;
  std::string error_;
};

bool parse_field(std::string_view text, std::string& value) {
  value.assign(text);
  return true;
}
bool parse_field(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}
bool parse_field(std::string_view text, std::optional<int64_t>& value) {
  if (text.empty()) return true;
  value.emplace();
  return parse_field(text, *value);
}

// Where each column stands in the header: position[i] of columns[i], or -1.
template <typename Row>
Result<std::vector<int>> match_header(const std::string& path, std::span<const Column<Row>> columns,
                                      std::span<const std::string> header) {
  std::vector<int> position(columns.size(), -1);
  std::string missing;
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = 0; j < header.size(); ++j) {
      if (header[j] != columns[i].name) continue;
      if (position[i] >= 0) {
        return fail(ExitCode::usage, fmt::format("{}:1: column {} twice", path, header[j]));
      }
      position[i] = static_cast<int>(j);
    }
    if (position[i] >= 0 || !columns[i].required) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ", ", columns[i].name);
  }
  if (!missing.empty()) {
    return fail(ExitCode::usage, fmt::format("{}:1: required columns missing: {}", path, missing));
  }
  return position;
}

template <typename Row>
Result<std::vector<Row>> parse_table(const std::string& path, std::string_view text,
                                     std::span<const Column<Row>> columns) {
  CsvReader reader(text);
  std::vector<std::string> fields;
  size_t count = 0;
  const auto at = [&](std::string_view message) {
    return fail(ExitCode::usage, fmt::format("{}:{}: {}", path, reader.line(), message));
  };
  if (!reader.next(fields, count)) return at(reader.error().empty() ? "no header" : reader.error());
  const size_t width = count;
  const auto position = match_header(path, columns, std::span(fields).first(width));
  if (!position) return std::unexpected(position.error());
  std::vector<Row> rows;
  while (reader.next(fields, count)) {
    if (count == 1 && fields[0].empty() && width > 1) continue;  // an empty line
    if (count != width) return at(fmt::format("{} fields, the header has {}", count, width));
    Row& row = rows.emplace_back();
    for (size_t i = 0; i < columns.size(); ++i) {
      if ((*position)[i] < 0) continue;
      const std::string& field = fields[static_cast<size_t>((*position)[i])];
      const auto parse = [&](const auto member) { return parse_field(field, row.*member); };
      if (std::visit(parse, columns[i].member)) continue;
      return at(fmt::format("{} is not a whole number: \"{}\"", columns[i].name, field));
    }
  }
  if (!reader.error().empty()) return at(reader.error());
  return rows;
}

Result<std::string> read_text(const std::string& path) {
  auto text = read_file(path);
  if (!text) text.error().code = ExitCode::usage;
  return text;
}

}  // namespace

Status write_books(const std::string& dir, const Books& books) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return fail(ExitCode::machine, fmt::format("{}: {}", dir, error.message()));
  return for_each_table(
      books, [&](std::string_view name, const auto& columns, const auto& table) -> Status {
        const std::string path = fmt::format("{}/{}.csv", dir, name);
        if (table) return write_table(path, columns, *table);
        std::filesystem::remove(path, error);  // an older table would be read back as this run's
        return {};
      });
}

Result<Books> read_books(const std::string& dir) {
  Books books;
  const Status status =
      for_each_table(books, [&](std::string_view name, const auto& columns, auto& table) -> Status {
        const std::string path = fmt::format("{}/{}.csv", dir, name);
        if (!std::filesystem::exists(path)) return {};
        const auto text = read_text(path);
        if (!text) return std::unexpected(text.error());
        auto rows = parse_table(path, *text, columns);
        if (!rows) return std::unexpected(rows.error());
        table = std::move(*rows);
        return {};
      });
  if (!status) return std::unexpected(status.error());
  return books;
}

}  // namespace rehearse
