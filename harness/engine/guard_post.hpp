// The guardian as the harness sees it: there from before the first fault until nothing is left to
// heal, and watched, because nobody else would notice that it is gone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "engine/recorder.hpp"
#include "undo/guardian.hpp"

namespace rehearse {

class GuardPost {
 public:
  using Start = std::function<Result<std::unique_ptr<Companion>>(const std::string& run_dir)>;
  explicit GuardPost(Recorder& recorder, Start start = start_guardian)
      : recorder_(recorder), start_(std::move(start)) {}

  Status begin(const std::string& run_dir);
  // To be called again and again. A guardian that died is a trouble of the run, and has a
  // successor.
  void watch();
  void dismiss();

 private:
  Recorder& recorder_;
  const Start start_;
  std::string run_dir_;
  std::unique_ptr<Companion> guardian_;
};

}  // namespace rehearse
