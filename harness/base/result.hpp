// Result<T>: a value or an Error for what can happen; assertions are for bugs.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace rehearse {

// One code per class of outcome (sysexits where one fits): what `rehearse` exits with.
enum class ExitCode : int {
  expected = 0,      // pass, or a canary red in the checks it names
  failed = 1,        // a check or a target failed
  inconclusive = 2,  // it cannot be said
  usage = 64,        // wrong usage or invalid scenario
  machine = 69,      // the machine cannot do it
  bug = 70,          // a bug of ours
  interrupted = 130,
};

// `message` names what, where and the remedy, in one line where it can.
struct Error {
  ExitCode code = ExitCode::bug;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// Of two outcomes the one that a command with several ends with: 130 > 70 > 69 > 64 > 1 > 2 > 0.
// Who interrupts knows that something is left undone, so that goes first. An error says that a
// rehearsal did not take place: worse than any verdict, and a bug of ours throws doubt on the other
// errors as well. A proven failure needs somebody at once; what cannot be said needs another try.
inline ExitCode worse(ExitCode a, ExitCode b) {
  const auto rank = [](ExitCode code) {
    if (code == ExitCode::inconclusive) return 1;
    if (code == ExitCode::failed) return 2;
    return 2 * static_cast<int>(code);
  };
  return rank(a) >= rank(b) ? a : b;
}

inline std::unexpected<Error> fail(ExitCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace rehearse
