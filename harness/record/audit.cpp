#include "record/audit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "base/json_field.hpp"
#include "base/json_strict.hpp"
#include "base/sha256.hpp"

namespace rehearse {
namespace {

using nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr std::string_view sum_key = R"(,"sha256":")", line_end = R"("})";
// What is signed is the last line up to here, and with it, by its `before`, all lines. Nothing but
// the sum comes after it.
constexpr std::string_view signature_key = R"(,"signature":")";
constexpr size_t sum_size = 64;
const std::string no_line_before(sum_size, '0');

// The sum is over the bytes before it: no two texts of a line are the same to it.
std::string summed(std::string body, std::string& sum) {
  sum = sha256_hex(body);
  return body.append(sum_key).append(sum).append(line_end);
}

struct TrailLine {
  int64_t number = 0;
  std::string kind, before, sum, signed_text, signature;
  json fields;  // of the signed text: nobody answers for what stands elsewhere
};

// Nothing: it is not as it was written.
std::optional<TrailLine> line_of(std::string_view text) {
  const size_t tail = sum_key.size() + sum_size + line_end.size();
  if (text.size() <= tail || !text.ends_with(line_end)) return std::nullopt;
  const std::string_view body = text.substr(0, text.size() - tail);
  if (text.substr(body.size(), sum_key.size()) != sum_key) return std::nullopt;
  TrailLine line;
  line.sum = text.substr(body.size() + sum_key.size(), sum_size);
  if (sha256_hex(body) != line.sum) return std::nullopt;
  const size_t signed_size = std::min(body.rfind(signature_key), body.size());
  line.signed_text = body.substr(0, signed_size);
  if (signed_size < body.size()) {
    line.signature = body.substr(signed_size + signature_key.size());
    if (!line.signature.ends_with('"')) return std::nullopt;
    line.signature.pop_back();
  }
  try {
    line.fields = parse_strictly(line.signed_text + "}");
  } catch (const std::exception&) {
    return std::nullopt;
  }
  line.number = field(line.fields, "n", int64_t{0});
  line.kind = field(line.fields, "kind", "");
  line.before = field(line.fields, "before", "");
  return line;
}

class TrailReader {
 public:
  explicit TrailReader(std::string_view text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      if (end == std::string_view::npos) torn_ = true;
      lines_.push_back(line_of(text.substr(0, end)));
      if (lines_.back()) numbers_.insert(lines_.back()->number);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }

  AuditReading read() {
    reading_.lines = static_cast<int64_t>(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i])
        look(i);
      else
        wrong("line {} was altered", i + 1);
    }
    look_at_end();
    return std::move(reading_);
  }

 private:
  template <typename... Args>
  void wrong(fmt::format_string<Args...> text, Args&&... args) {
    reading_.wrong.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  // Its number is one more than that of the line before, which is the one that it names.
  void look(size_t i) {
    const TrailLine& line = *lines_[i];
    const int64_t expected = next_;
    next_ = line.number + 1;
    if (i > 0 && !lines_[i - 1]) {
      if (line.number != static_cast<int64_t>(i + 1))
        wrong("line {} is number {}: lines are missing or added before it", i + 1, line.number);
      return;  // that the one before was altered is said
    }
    if (line.number == expected) {
      const std::string& before = i == 0 ? no_line_before : lines_[i - 1]->sum;
      if (line.before != before)
        wrong("line {} follows another line than the one before it: that was replaced", i + 1);
    } else if (line.number > expected && !numbers_.contains(expected)) {
      wrong("number {} is missing before line {}", expected, i + 1);
    } else {
      wrong("line {} is number {}, where {} belongs: it was moved or added", i + 1, line.number,
            expected);
    }
  }

  void look_at_end() {
    if (torn_) wrong("the last line was cut off");
    const auto* last = lines_.empty() || !lines_.back() ? nullptr : &*lines_.back();
    if (last == nullptr || last->kind != "sealed")
      return wrong("it does not end as it was sealed: lines at its end are missing");
    for (size_t i = 0; i + 1 < lines_.size(); ++i)
      if (lines_[i] && lines_[i]->kind == "sealed")
        wrong("line {} is sealed and not the last", i + 1);
    reading_.manifest_sha256 = field(last->fields, "manifest_sha256", "");
    const std::string key = field(last->fields, "key", "");
    if (key.empty()) return;
    if (ed25519_verify(key, last->signed_text, last->signature))
      reading_.signed_by = key;
    else
      wrong("the signature of the last line is not over this trail");
  }

  std::vector<std::optional<TrailLine>> lines_;  // as they stand
  std::set<int64_t> numbers_;
  int64_t next_ = 1;
  bool torn_ = false;
  AuditReading reading_;
};

std::string body_of(Ordered fields) {
  std::string text = fields.dump(-1, ' ', false, Ordered::error_handler_t::replace);
  text.pop_back();  // its brace: the sum goes before it
  return text;
}

}  // namespace

Result<std::unique_ptr<AuditTrail>> AuditTrail::create(const std::string& run_dir) {
  std::string path = run_dir + "/" + audit_file;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return fail(ExitCode::machine, fmt::format("{}: {}", path, std::strerror(errno)));
  return std::unique_ptr<AuditTrail>(new AuditTrail(fd, std::move(path)));
}

AuditTrail::~AuditTrail() {
  ::close(fd_);
}

void AuditTrail::append(std::string body) {
  const std::string line = summed(std::move(body), before_) + "\n";
  ++lines_;
  const ssize_t size = ::write(fd_, line.data(), line.size());
  if (size != static_cast<ssize_t>(line.size()) && written_)
    written_ =
        fail(ExitCode::machine, fmt::format("{}: line {} could not be written: {}", path_, lines_,
                                            size < 0 ? std::strerror(errno) : "no room"));
}

void AuditTrail::add(const std::string& kind, const std::string& what, const std::string& detail) {
  append(body_of({{"n", lines_ + 1},
                  {"at", rfc3339(wall_ns())},
                  {"kind", kind},
                  {"what", what},
                  {"detail", detail},
                  {"before", before_}}));
}

Status AuditTrail::seal(const std::string& manifest_sha256, const std::string& secret) {
  std::string body = body_of({{"n", lines_ + 1},
                              {"at", rfc3339(wall_ns())},
                              {"kind", "sealed"},
                              {"manifest_sha256", manifest_sha256},
                              {"before", before_},
                              {"key", ed25519_public(secret)}});
  if (!secret.empty()) {
    const std::string signature = ed25519_sign(secret, body);
    body.append(signature_key).append(signature).append("\"");
  }
  append(std::move(body));
  if (written_ && ::fsync(fd_) != 0)
    written_ = fail(ExitCode::machine, fmt::format("{}: {}", path_, std::strerror(errno)));
  return written_;
}

Result<AuditReading> read_audit(const std::string& run_dir) {
  const auto text = read_file(run_dir + "/" + audit_file);
  if (!text) return fail(ExitCode::usage, text.error().message);
  return TrailReader(*text).read();
}

}  // namespace rehearse
