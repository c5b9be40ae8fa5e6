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

inline std::unexpected<Error> fail(ExitCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace rehearse
