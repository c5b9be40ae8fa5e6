#include <memory>
#include <optional>

#include "casino/common/clock.hpp"
#include "casino/stream/service.hpp"
#include "services/service.hpp"

namespace casino::fuzz {

namespace {

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

}  // namespace

Surface stream_surface() {
  std::vector<Request> seeds =
      with_control({get("/v1/streams/t1"), get("/v1/streams/t1/playlist"), get("/v1/streams/t2")});
  seeds.push_back(get("/v1/streams/t1/piece", "after=0"));
  return service<Stream>(
      "stream", std::move(seeds),
      {get("/v1/streams/t9"), get("/v1/streams/piece"), get("/v1/streams//piece"),
       get("/v1/streams/t1/segments/99"), get("/v1/streams/t1/piece", "after=-1"),
       get("/v1/streams/t1/segments/9223372036854775808")});
}

}  // namespace casino::fuzz
