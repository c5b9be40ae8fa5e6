// Somebody of the operator looks at the day's result.
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

HttpRequest report_request(const Operation&, std::string_view) {
  return get("/v1/reports/ggr");
}

}  // namespace

Behaviour report_behaviour() {
  return {.kind = OperationKind::report,
          .summary = "A look at the reporting",
          .target = "report",
          .request_of = report_request,
          .answer_of = page_answer_of};
}

}  // namespace rehearse
