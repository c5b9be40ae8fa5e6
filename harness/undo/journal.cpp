#include "undo/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/http.hpp"
#include "base/json_field.hpp"
#include "undo/knobs.hpp"
#include "undo/superuser.hpp"

namespace rehearse {
namespace {

using Json = nlohmann::ordered_json;

constexpr int journal_version = 1;  // journals without one were written before there were versions
constexpr int64_t post_connect_ms = 1'000, post_total_ms = 3'000;

Json to_json(const std::vector<UndoStep>& steps) {
  Json list = Json::array();
  for (const auto& step : steps) {
    list.push_back({{"do", step.action}, {"nodes", step.nodes}});
    if (!step.detail.empty()) list.back()["detail"] = step.detail;
  }
  return list;
}

// Whatever the type: an id that is a number is one all the same, and what is missing is empty.
std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// A step that cannot be understood stays one, and is refused when it is carried out.
UndoStep step_from(const Json& json) {
  UndoStep step{"", {}, {}};
  if (!json.is_object()) return step;
  step.action = text_of(json, "do");
  step.detail = text_of(json, "detail");
  if (const auto nodes = json.find("nodes"); nodes != json.end() && nodes->is_array())
    for (const auto& node : *nodes)
      if (node.is_string()) step.nodes.push_back(node.get<std::string>());
  return step;
}

PlannedFault planned_from(const Json& line) {
  PlannedFault fault{text_of(line, "id"), text_of(line, "fault"), text_of(line, "target"), {}};
  const auto undo = line.find("undo");
  if (undo == line.end() || !undo->is_array())
    fault.undo.emplace_back();
  else
    for (const auto& step : *undo) fault.undo.push_back(step_from(step));
  return fault;
}

Status uncut(Effects& runtime, const UndoStep& step) {
  return runtime.uncut(step.nodes, peers_in(step.detail));
}
Status undelay(Effects& runtime, const UndoStep& step) {
  return runtime.undelay(step.nodes);
}
Status unpause(Effects& runtime, const UndoStep& step) {
  return runtime.unpause(step.nodes);
}
// One that is gone has nothing to go on with.
Status go_on(Effects& runtime, const UndoStep& step) {
  const int64_t pid = std::atoll(step.detail.c_str());
  if (pid <= 1)
    return fail(ExitCode::bug, fmt::format("the journal names no process: {}", step.detail));
  for (const auto& node : step.nodes) {
    const auto state = runtime.process(node, pid);
    if (!state) return std::unexpected(state.error());
    if (*state != ProcessState::stopped) continue;
    if (auto done = runtime.signal(node, pid, SIGCONT); !done) return done;
  }
  return {};
}
Status start(Effects& runtime, const UndoStep& step) {
  return runtime.start(step.nodes);
}

// Faults are ours to end on our own containers only, whatever a damaged journal says: the node's
// address is the runtime's word. In a journal of before it stands there, and must be the same.
Status post(Effects& runtime, const UndoStep& step) {
  const size_t colon = step.detail.find(':'), slash = step.detail.find('/');
  if (colon == std::string::npos || slash == std::string::npos || slash < colon)
    return fail(ExitCode::bug, fmt::format("the journal names no port and path: {}", step.detail));
  const std::string named = step.detail.substr(0, colon);
  const auto port =
      static_cast<uint16_t>(std::atoi(step.detail.substr(colon + 1, slash - colon - 1).c_str()));
  const HttpRequest request{"POST", step.detail.substr(slash), {}, ""};
  Status first;
  for (const auto& node : step.nodes) {
    const auto address = runtime.address_of(node);
    if (!address) return std::unexpected(address.error());
    if (!named.empty() && named != *address)
      return fail(ExitCode::bug, fmt::format("the journal says {} of {}", step.detail, node));
    const auto answer = http_call({*address, port}, request, post_connect_ms, post_total_ms);
    if ((answer && answer->status / 100 == 2) || !first) continue;
    first = fail(ExitCode::machine, fmt::format("{}{}: {}", node, step.detail,
                                                answer ? fmt::format("status {}", answer->status)
                                                       : answer.error().message));
  }
  return first;
}

// A server that does not run has lost already what such a statement would take back.
Status sql(Effects& runtime, const UndoStep& step) {
  const auto states = runtime.states();
  if (!states) return std::unexpected(states.error());
  Status first;
  for (const auto& node : step.nodes) {
    const auto state = states->find(node);
    if (state != states->end() && !state->second.running) continue;
    const auto done = runtime.exec(node, superuser_psql(step.detail));
    if (!done && first) first = std::unexpected(done.error());
  }
  return first;
}

constexpr struct {
  std::string_view action;
  Status (*carry_out)(Effects&, const UndoStep&);
} undo_actions[] = {
    {"uncut", uncut}, {"undelay", undelay}, {"unpause", unpause}, {"continue", go_on},
    {"start", start}, {"post", post},       {"sql", sql},
};

bool is_known(std::string_view action) {
  return std::ranges::any_of(undo_actions,
                             [&](const auto& known) { return known.action == action; });
}

Status carry_out(Effects& runtime, const UndoStep& step) {
  for (const auto& known : undo_actions) {
    if (known.action != step.action) continue;
    if (!step.nodes.empty()) return known.carry_out(runtime, step);
    return fail(ExitCode::bug, fmt::format("the journal's undo `{}` names no nodes", step.action));
  }
  return fail(ExitCode::bug, fmt::format("the journal names an unknown undo `{}`", step.action));
}

}  // namespace

UndoStep post_to(const std::string& node, uint16_t port, const std::string& path) {
  return {"post", {node}, fmt::format(":{}{}", port, path)};
}

Result<std::unique_ptr<Journal>> Journal::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0)
    return fail(ExitCode::machine, fmt::format("cannot create {}: {}", path, std::strerror(errno)));
  return std::unique_ptr<Journal>(new Journal(fd));
}

Result<std::unique_ptr<Journal>> Journal::resume(const std::string& path, const std::string& by) {
  const auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0)
    return fail(ExitCode::machine, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  std::unique_ptr<Journal> journal(new Journal(fd));
  const bool cut_short = !content->empty() && content->back() != '\n';
  const Json line = {{"step", "resumed"}, {"by", by}, {"v", journal_version}};
  if (auto done = journal->append_and_sync((cut_short ? "\n" : "") + utf8_of(line)); !done)
    return std::unexpected(done.error());
  return journal;
}

Journal::~Journal() {
  ::close(fd_);
}

// A full disk may take half of a line: it is taken back, so that the next one does not join it.
// Where even that fails, the next one begins with an end of line.
Status Journal::append(const std::string& line) {
  const std::lock_guard lock(mutex_);
  struct stat before {};
  const bool known = ::fstat(fd_, &before) == 0;
  const std::string text = (torn_ ? "\n" : "") + line + "\n";
  const ssize_t written = ::write(fd_, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) {
    torn_ = false;
    return {};
  }
  const std::string why = written < 0 ? std::strerror(errno) : "the disk is full";
  if (written > 0) torn_ = !known || ::ftruncate(fd_, before.st_size) != 0;
  return fail(ExitCode::machine, "cannot write the fault journal: " + why);
}

// Outside the lock: what another fault has to say does not wait for the disk.
Status Journal::append_and_sync(const std::string& line) {
  if (auto done = append(line); !done) return done;
  if (::fdatasync(fd_) == 0) return {};
  return fail(ExitCode::machine,
              fmt::format("cannot sync the fault journal: {}", std::strerror(errno)));
}

Status Journal::planned(const PlannedFault& fault) {
  for (const auto& step : fault.undo) assert(!step.nodes.empty() && is_known(step.action));
  const Json line = {{"step", "planned"},           {"id", fault.id},
                     {"fault", fault.fault},        {"target", fault.target},
                     {"undo", to_json(fault.undo)}, {"v", journal_version}};
  return append_and_sync(utf8_of(line));
}

Status Journal::mark(const std::string& id, const std::string& step, double t_ms,
                     const Evidence& evidence, const std::string& error) {
  Json line = {{"step", step}, {"id", id}, {"t_ms", t_ms}};
  if (!evidence.empty()) line["evidence"] = evidence;
  if (!error.empty()) line["error"] = error;
  line["v"] = journal_version;
  return append(utf8_of(line));
}

Status Journal::healed_by(const std::string& id, const std::string& by) {
  const Json line = {{"step", "healed"},
                     {"id", id},
                     {"by", by},
                     {"at", rfc3339(wall_ns())},
                     {"v", journal_version}};
  return append_and_sync(utf8_of(line));
}

namespace {

// What a torn line may have had joined to it by a writer that did not take it back.
Json last_object_in(const std::string& text) {
  const size_t at = text.rfind("{\"step\":");
  return at == std::string::npos || at == 0 ? Json() : Json::parse(text.substr(at), nullptr, false);
}

class JournalReader {
 public:
  // `ended`: with an end of line, so that its writer did not die in it.
  void take(const std::string& text, bool ended) {
    ++number_;
    Json line = Json::parse(text, nullptr, false);
    const bool torn = !line.is_object();
    if (torn) line = last_object_in(text);
    const std::string step = line.is_object() ? text_of(line, "step") : "";
    if (step != "resumed" && torn_before_) report(number_ - 1);
    torn_before_ = step.empty() && ended;
    if (torn && !step.empty()) report(number_);
    if (step == "planned") open.push_back(planned_from(line));
    if (step == "healed" || step == "withdrawn")
      std::erase_if(open, [&](const auto& fault) { return fault.id == text_of(line, "id"); });
  }
  void end() {
    if (torn_before_) report(number_);
  }

  std::vector<PlannedFault> open;
  std::vector<std::string> unreadable;

 private:
  void report(int number) {
    unreadable.push_back(fmt::format("line {} of the fault journal cannot be read", number));
  }
  int number_ = 0;
  bool torn_before_ = false;  // the line before
};

}  // namespace

Result<std::vector<PlannedFault>> read_unhealed(const std::string& path,
                                                std::vector<std::string>* unreadable) {
  std::ifstream file(path);
  if (!file)
    return fail(ExitCode::machine, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  JournalReader reader;
  for (std::string text; std::getline(file, text);) reader.take(text, !file.eof());
  reader.end();
  if (unreadable) *unreadable = std::move(reader.unreadable);
  return std::move(reader.open);
}

Status undo(Effects& runtime, const std::vector<UndoStep>& steps) {
  Status first;
  for (const auto& step : steps)
    if (auto done = carry_out(runtime, step); !done && first) first = done;
  return first;
}

Result<std::vector<std::string>> residue(Effects& runtime, const std::vector<std::string>& nodes,
                                         const std::vector<std::string>& bare) {
  std::vector<std::string> found;
  std::vector<std::string> all = nodes;
  all.insert(all.end(), bare.begin(), bare.end());
  const auto cuts = runtime.cuts(all);
  if (!cuts) return std::unexpected(cuts.error());
  for (const auto& [node, cut] : *cuts)
    if (!cut.peers.empty()) found.push_back(fmt::format("{} is still cut off", node));
  const auto delays = runtime.delays(all);
  if (!delays) return std::unexpected(delays.error());
  for (const auto& [node, delay] : *delays)
    if (delay.active) found.push_back(fmt::format("what {} sends is still delayed", node));
  const auto stopped = runtime.stopped(nodes);
  if (!stopped) return std::unexpected(stopped.error());
  for (const auto& [node, pids] : *stopped)
    found.push_back(
        fmt::format("processes {} of {} are still stopped", fmt::join(pids, ", "), node));
  const auto states = runtime.states();
  if (!states) return std::unexpected(states.error());
  for (const auto& node : nodes) {
    const auto state = states->find(node);
    if (state == states->end())
      found.push_back(fmt::format("{} has no container", node));
    else if (!state->second.running)
      found.push_back(fmt::format("{} does not run", node));
    else if (state->second.paused)
      found.push_back(fmt::format("{} is still paused", node));
  }
  return found;
}

}  // namespace rehearse
