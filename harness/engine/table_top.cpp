#include "engine/table_top.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "engine/run_facts.hpp"
#include "record/manifest.hpp"
#include "runbook/table_top.hpp"

namespace rehearse {
namespace {

std::vector<TimelineEntry> books_of(const Scenario& scenario) {
  std::vector<TimelineEntry> books;
  for (const TimelineEntry& entry : scenario.timeline)
    if (entry.fault == runbook_fault) books.push_back(entry);
  std::ranges::stable_sort(books, {}, &TimelineEntry::start_ms);
  return books;
}

Run table_top_run(const RehearsalOptions& options) {
  Run run = run_facts_of(options, {});
  run.table_top = true;
  run.history.run_key = "table-top";  // of a history without operations
  run.checks = {"runbook_followed"};
  run.expect_fail.clear();
  run.targets = {};
  run.capabilities.clear();
  run.left_out.clear();
  run.not_played.clear();
  run.residue.emplace();
  return run;
}

Status record(const RehearsalOptions& options, Recorder& recorder, Run& run) {
  run.finished_wall_ns = wall_ns();
  run.interrupted = options.cancelled();
  run.events = recorder.events();
  if (auto written = write_run(options.out_dir, run); !written) return written;
  if (auto written = write_manifest(options.out_dir, options.audit_secret); !written)
    return written;
  return recorder.end_audit(run.interrupted ? "interrupted" : "to its end",
                            manifest_sha256(options.out_dir), options.audit_secret);
}

}  // namespace

Status rehearse_table_top(const RehearsalOptions& options, int input_fd,
                          const std::function<void(const std::string& line)>& say) {
  const auto books = books_of(options.scenario);
  if (books.empty())
    return fail(ExitCode::usage, fmt::format("the timeline of {} has no `runbook`: nobody has "
                                             "anything to do at a table top",
                                             options.scenario.name));
  if (auto made = make_directories(options.out_dir); !made) return made;
  if (auto written =
          write_file_atomically(options.out_dir + "/scenario.yaml", options.scenario.as_run_yaml);
      !written)
    return written;
  Run run = table_top_run(options);
  Recorder recorder(nullptr);
  recorder.set_zero(monotonic_ns());
  run.zero_wall_ns = wall_ns();
  const std::string what = fmt::format("{} at a table top", options.scenario.name);
  if (auto begun = recorder.begin_audit(options.out_dir, what); !begun) return begun;
  say("run folder: " + options.out_dir);
  const auto hands = table_top_hands(input_fd, say);
  bool goes_on = true;  // what would come after a runbook that was not followed is not rehearsed
  for (const TimelineEntry& entry : books) {
    if (!goes_on) break;
    const Runbook& runbook =
        options.runbooks.by_name.at(std::get<std::string>(entry.params.at("runbook")));
    const auto approver = approver_of(entry, options.runbooks, options.out_dir, run.id);
    say(fmt::format("\n{} ({})", runbook.title, runbook.name));
    auto steps = play_runbook({runbook, entry.id, *hands, *approver,
                               [&] { return recorder.now_ms(); }, options.cancelled,
                               [&](const std::string& kind, const std::string& step,
                                   const std::string& event, const std::string& detail) {
                                 recorder.act(kind, step, event, detail);
                                 say(fmt::format("  {:.1f} s  {} {}{}", recorder.now_ms() / 1000,
                                                 step, event, detail.empty() ? "" : ": " + detail));
                               }});
    goes_on =
        std::ranges::all_of(steps, [](const StepRecord& step) { return step.outcome == "done"; });
    std::ranges::move(steps, std::back_inserter(run.runbook));
  }
  return record(options, recorder, run);
}

}  // namespace rehearse
