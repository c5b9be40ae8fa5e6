#include "runbook/table_top.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <optional>
#include <string_view>

#include "base/units.hpp"

namespace rehearse {
namespace {

constexpr std::string_view failed_word = "failed", blanks = " \t\r";
constexpr size_t line_bytes_max = 4096;
constexpr const char* how_to_answer = "Enter when it is done, or `failed WHY`";

// What is said after the word, if that is what it begins with: in any case, with any punctuation.
std::optional<std::string> failed_why(std::string_view said) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (!std::ranges::equal(said.substr(0, failed_word.size()), failed_word, same))
    return std::nullopt;
  const size_t why = said.find_first_not_of(" \t\r:,.-", failed_word.size());
  return std::string(said.substr(why == std::string_view::npos ? 0 : why));
}

class TableTopHands final : public StepHands {
 public:
  TableTopHands(int input_fd, std::function<void(const std::string&)> say)
      : input_fd_(input_fd), say_(std::move(say)) {}

  void begin(const RunbookStep& step) override {
    heard_ = false;
    const StepOwner& owner = step.owner;
    say_(fmt::format("{}: {}", step.id, step.title));
    say_(fmt::format("  does it: {} ({}) · answers for it: {}", owner.responsible, step.executor,
                     owner.accountable));
    if (!owner.consulted.empty()) say_(fmt::format("  ask: {}", fmt::join(owner.consulted, ", ")));
    if (!owner.informed.empty()) say_(fmt::format("  tell: {}", fmt::join(owner.informed, ", ")));
    if (!step.precondition.name.empty()) say_("  only if: " + step.precondition.name);
    if (!step.action.name.empty())
      say_(fmt::format("  do: {}{}", step.action.name, params_of(step.action)));
    if (!step.verification.name.empty()) say_("  done when: " + step.verification.name);
    if (!step.approval.role.empty())
      say_(fmt::format("  first approved by {} of {}, within {}: ./rehearse approve {} --key FILE",
                       step.approval.count, step.approval.role,
                       format_ms(static_cast<double>(step.approval.within_ms)), step.id));
    say_(fmt::format("  within {}: {}", format_ms(static_cast<double>(step.deadline_ms)),
                     how_to_answer));
  }
  std::optional<std::string> missing_before(const RunbookStep&) override { return std::nullopt; }
  Status give(const StepAction& action) override {
    heard_ = false;
    say_(fmt::format("  now: {}{}", action.name, params_of(action)));
    return {};
  }
  Result<std::optional<Evidence>> seen() override {
    // An Enter from before the step could be done, shown or approved, says nothing of it.
    if (!heard_ && ::isatty(input_fd_) != 0) {
      ::tcflush(input_fd_, TCIFLUSH);
      buffer_.clear();
    }
    heard_ = true;
    const auto line = next_line();
    if (!line) return std::unexpected(line.error());
    if (!*line) return std::nullopt;
    const size_t begin = (*line)->find_first_not_of(blanks);
    if (begin == std::string::npos) return Evidence{{"said", "done"}};
    const auto end = (*line)->find_last_not_of(blanks) + 1;
    const auto why = failed_why(std::string_view(**line).substr(begin, end - begin));
    if (why) return fail(ExitCode::failed, "people say: " + *why);
    say_(fmt::format("  not understood: {}", how_to_answer));
    return std::nullopt;
  }
  std::optional<std::string> missing_after(const RunbookStep&) override { return std::nullopt; }

 private:
  static std::string params_of(const StepAction& action) {
    std::string text;
    for (const auto& [name, value] : action.params) text += fmt::format(" {}: {}", name, value);
    return text;
  }

  // Without waiting; nullopt: none is there yet. An error: there will be none.
  Result<std::optional<std::string>> next_line() {
    pollfd waited{input_fd_, POLLIN, 0};
    while (buffer_.find('\n') == std::string::npos && ::poll(&waited, 1, 0) > 0) {
      char bytes[512];
      const ssize_t size = ::read(input_fd_, bytes, sizeof bytes);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0 || buffer_.size() > line_bytes_max)
        return fail(ExitCode::failed, "nobody is there: the input has ended");
      buffer_.append(bytes, static_cast<size_t>(size));
    }
    const size_t end = buffer_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
  }

  const int input_fd_;
  const std::function<void(const std::string&)> say_;
  bool heard_ = false;  // whether this step is asked for already
  std::string buffer_;  // what was read and not yet taken
};

}  // namespace

std::unique_ptr<StepHands> table_top_hands(int input_fd,
                                           std::function<void(const std::string& line)> say) {
  return std::make_unique<TableTopHands>(input_fd, std::move(say));
}

}  // namespace rehearse
