// A player logs in.
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

HttpRequest request_of(const Operation& operation, std::string_view run_key) {
  return post("/v1/sessions", person_of(operation, run_key));
}

}  // namespace

Behaviour session_behaviour() {
  return {.kind = OperationKind::session,
          .summary = "A login",
          .target = "session",
          .request_of = request_of};
}

}  // namespace rehearse
