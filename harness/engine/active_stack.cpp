#include "engine/active_stack.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/json_field.hpp"
#include "engine/machine.hpp"
#include "engine/node_logs.hpp"
#include "engine/recorder.hpp"
#include "engine/reset.hpp"
#include "engine/stage.hpp"
#include "stack/bring_up.hpp"

namespace rehearse {

namespace {

// Another one after each start of the machine. Empty where the kernel does not say.
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::map<std::string, std::string> texts_of(const nlohmann::json& object) {
  std::map<std::string, std::string> texts;
  if (object.is_object())
    for (const auto& [name, text] : object.items())
      if (text.is_string()) texts[name] = text.get<std::string>();
  return texts;
}

std::vector<std::string> texts_in(const nlohmann::json& array) {
  std::vector<std::string> texts;
  if (array.is_array())
    for (const auto& text : array)
      if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}

}  // namespace

Status write_active(const ActiveStack& active) {
  const nlohmann::json json = {{"stack", active.stack},     {"run_dir", active.run_dir},
                               {"kept", active.kept},       {"settings", active.settings},
                               {"log_dir", active.log_dir}, {"parts", active.parts},
                               {"boot_id", boot_id()}};
  return write_file_atomically(state_paths().active, utf8_of(json) + "\n");
}

Result<ActiveStack> read_active() {
  std::error_code ignored;
  if (!std::filesystem::exists(state_paths().active, ignored)) return ActiveStack{};
  const auto text = read_file(state_paths().active);
  if (!text) return std::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object())
    return fail(ExitCode::machine, fmt::format("{} is damaged: `./rehearse down` removes all that "
                                               "is left",
                                               state_paths().active));
  if (const std::string booted = field(json, "boot_id", ""); !booted.empty() && booted != boot_id())
    return fail(ExitCode::machine,
                "the stack was up before this machine started last, and its "
                "network is gone: `./rehearse down` removes what is left");
  return ActiveStack{field(json, "stack", ""),   field(json, "run_dir", ""),
                     field(json, "kept", false), texts_of(json.value("settings", nlohmann::json())),
                     field(json, "log_dir", ""), texts_in(json.value("parts", nlohmann::json()))};
}

Status clear_active() {
  std::error_code error;
  std::filesystem::remove(state_paths().active, error);
  if (error)
    return fail(ExitCode::machine,
                fmt::format("cannot remove {}: {}", state_paths().active, error.message()));
  return {};
}

Status require_clean(Machine& machine) {
  const auto left = machine.leftovers();
  if (!left) return std::unexpected(left.error());
  if (left->empty()) return {};
  const auto active = read_active();
  const bool kept = active && active->kept;
  return fail(ExitCode::machine,
              fmt::format("{} is still here ({} things, such as {}): `./rehearse {}` removes it",
                          kept ? "a stack that was left up" : "what an interrupted run left",
                          left->size(), left->front(), kept ? "down" : "undo"));
}

Result<double> reset_active_stack(const StackFile& file,
                                  const std::map<std::string, std::string>& settings,
                                  const std::function<bool()>& cancelled, LiveView& live) {
  auto stack = make_stack(file, settings);
  if (!stack) return std::unexpected(stack.error());
  const auto active = read_active();
  if (!active) return std::unexpected(active.error());
  if (active->stack.empty())
    return fail(ExitCode::machine, "no stack is up: `./rehearse up` raises one");
  if (active->stack != file.name || active->parts != file.chosen ||
      active->settings != stack->settings) {
    std::string other;
    if (active->stack == file.name)
      other = active->parts == file.chosen
                  ? " with other settings"
                  : fmt::format(" with other parts ({} instead of {})",
                                fmt::join(active->parts, ", "), fmt::join(file.chosen, ", "));
    return fail(ExitCode::machine,
                fmt::format("the stack that is up is {}{}: take it down by `./rehearse down`",
                            active->stack, other));
  }
  const auto runtime = open_runtime();
  Recorder recorder(nullptr);
  Stage stage(std::move(*stack), *runtime, recorder, live, cancelled);
  return make_pristine(stage, *runtime, !active->run_dir.empty(), live, cancelled);
}

Status contained(const std::function<Status()>& play, const std::function<Status()>& clean_up) {
  std::string what;
  try {
    return play();
  } catch (const std::exception& error) {
    what = error.what();
  }
  const Status clean = clean_up();
  return fail(ExitCode::bug, fmt::format("a bug of ours: {}{}", what,
                                         clean ? "" : "; moreover: " + clean.error().message));
}

Status take_active_down(LiveView& live) {
  live.status("taking the stack down");
  const auto runtime = open_runtime();
  const int64_t began_ns = monotonic_ns();
  if (auto down = take_down(*runtime); !down) return down;
  if (auto cleared = clear_active(); !cleared) return cleared;
  live.say(fmt::format("  stack: gone · after {:.1f} s",
                       static_cast<double>(monotonic_ns() - began_ns) / ns_per_s));
  return {};
}

Status raise_and_keep(const StackFile& file, const std::map<std::string, std::string>& settings,
                      const Places& places, const std::function<bool()>& cancelled,
                      LiveView& live) {
  auto stack = make_stack(file, settings);
  if (!stack) return std::unexpected(stack.error());
  stack->secrets_dir = state_paths().secrets;
  auto images = read_image_list(places.images_list);
  if (!images) return std::unexpected(images.error());
  const auto runtime = open_runtime();
  if (auto clean = require_clean(*runtime); !clean) return clean;
  const std::string logs = state_paths().logs;
  if (auto begun = NodeLogs::begin_anew(logs); !begun) return std::unexpected(begun.error());
  if (auto written = write_active({file.name, "", true, stack->settings, logs, file.chosen});
      !written)
    return written;
  Recorder recorder(nullptr);
  Stage stage(std::move(*stack), *runtime, recorder, live, cancelled);
  const auto ready_ms = stage.raise({*images, places.binary_dir, logs});
  if (ready_ms) {
    live.say(fmt::format("{} is up after {:.1f} s; `./rehearse down` takes it down", file.name,
                         *ready_ms / 1000));
    return {};
  }
  if (auto down = take_down(*runtime); down) (void)clear_active();
  return std::unexpected(ready_ms.error());
}

}  // namespace rehearse
