// A player watches a live table: one look at what the stream delivers.
#include "load/behaviour.hpp"
#include "load/words.hpp"

namespace rehearse {
namespace {

HttpRequest stream_request(const Operation&, std::string_view) {
  return get("/v1/streams/table-1");
}

}  // namespace

Behaviour stream_behaviour() {
  return {.kind = OperationKind::stream,
          .summary = "A look at a live stream",
          .target = "stream",
          .request_of = stream_request,
          .answer_of = page_answer_of};
}

}  // namespace rehearse
