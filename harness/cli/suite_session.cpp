#include "cli/suite_session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/foreseen.hpp"
#include "cli/judged.hpp"

namespace rehearse {
namespace {

std::string rate_depends_on(const SuiteItem& item, const Scenario& scenario) {
  return fmt::format("{} {} {} {}", item.stack, item.settings, item.parts, scenario.profile);
}

}  // namespace

SuiteSession::SuiteSession(const Cli& cli, const SuitePlan& plan, const std::string& dir)
    : cli_(cli), plan_(plan), live_(cli.quiet, obeys_escapes(STDERR_FILENO)) {
  report_ = {plan.suite.name, plan.suite.title, dir, {}};
  // Should this process be killed, the summary names what it did not get to.
  for (const size_t item : suite_order(plan.items)) {
    row_of_[item] = report_.rows.size();
    report_.rows.push_back(suite_row(
        plan.items[item].name, {ExitCode::interrupted, "the suite did not get so far"}, false));
  }
}

ExitCode SuiteSession::play() {
  if (auto made = make_directories(report_.dir); !made) return complain(made.error());
  const Status played = play_suite(plan_.items, hands());
  live_.clear();
  write_suite_terminal(std::cout, report_, color_wanted());
  std::cout << std::flush;
  const ExitCode exit = worse(exit_code_of(report_), failed_writing_);
  return played ? exit : worse(exit, complain(played.error()));
}

SuiteHands SuiteSession::hands() {
  SuiteHands hands;
  hands.begin = [this](size_t item, size_t number) {
    head_ = fmt::format("suite {}: {} of {}: {}", plan_.suite.name, number, plan_.items.size(),
                        plan_.items[item].name);
    run_dir_.clear();
    choose_rate(item);
    live_.say(fmt::format("{} · {}", head_, played_.title));
    for (const auto& line :
         foreseen_lines(foresee(played_, plan_.stacks[item], plan_.runbooks[item])))
      live_.say("  " + line);
  };
  hands.rehearse = [this](size_t item, const StackUse& use) { return rehearse(item, use); };
  hands.reset = [this](size_t item) {
    return reset_active_stack(plan_.stacks[item], plan_.scenarios[item].stack_set, interrupted,
                              live_);
  };
  hands.take_down = [this] { return take_active_down(live_); };
  hands.ended = [this](size_t item, const Status& played, double length_ms,
                       const std::string& note) { end(item, played, length_ms, note); };
  hands.not_run = [this](size_t item, const Error& why) { skip(item, why); };
  hands.cancelled = interrupted;
  return hands;
}

Status SuiteSession::rehearse(size_t item, const StackUse& use) {
  run_dir_ =
      fmt::format("{}/{}-{}-{}", report_.dir, compact_utc(wall_ns()), played_.name, played_.seed);
  RehearsalOptions options{played_, plan_.stacks[item], cli_.places, run_dir_,
                           false,   use.reuse,          interrupted};
  options.runbooks = plan_.runbooks[item];
  options.shared = use.shared;
  options.reset_ms = use.reset_ms;
  options.known_rate = known_rate_;
  return contained([&] { return rehearse_scenario(options, live_); },
                   [this] { return take_active_down(live_); });
}

// One profile on the same parts of one stack needs one probe: a suite is to tell of the platform,
// and a scenario that plays another rate than its neighbours cannot be compared with them.
void SuiteSession::choose_rate(size_t item) {
  played_ = plan_.scenarios[item];
  known_rate_.reset();
  if (!played_.auto_rate) return;
  known_rate_ = rates_.find(rate_depends_on(plan_.items[item], played_), *played_.auto_rate);
  if (known_rate_) played_ = with_rate(played_, known_rate_->rate_per_s, catalogue().faults);
}

void SuiteSession::remember_rate(size_t item, const Run& run) {
  if (!played_.auto_rate || !run.auto_rate_per_s) return;
  rates_.keep(rate_depends_on(plan_.items[item], played_), *played_.auto_rate,
              {*run.auto_rate_per_s, fmt::format("{}, in {}", run.auto_rate_why, run.id)});
}

SuiteRow SuiteSession::judged(size_t item) {
  const std::string& name = plan_.items[item].name;
  const auto run = read_run(run_dir_);
  if (!run) return suite_row(name, run.error(), true);
  remember_rate(item, *run);
  const Report report = judge(*run);
  if (auto written = write_report_files(report, run_dir_); !written)
    failed_writing_ = worse(failed_writing_, complain(written.error()));
  if (!report.met) {  // somebody will ask why
    write_terminal(std::cout, report, color_wanted(), terminal_columns());
    std::cout << "run folder: " << run_dir_ << "\n\n" << std::flush;
  }
  return suite_row(name, report, run_dir_);
}

void SuiteSession::end(size_t item, const Status& played, double length_ms,
                       const std::string& note) {
  live_.clear();
  SuiteRow& ended = row(item);
  ended = played ? judged(item) : suite_row(plan_.items[item].name, played.error(), true);
  // An error's folder tells how far it came, where it came to one.
  std::error_code ignored;
  if (std::filesystem::exists(run_dir_, ignored)) ended.run_dir = run_dir_;
  ended.length_ms = length_ms;
  ended.junit.time_s = length_ms / 1000;
  ended.note = note;
  live_.say(fmt::format("{} · {} · {}{}", head_,
                        !ended.rehearsed ? ended.why
                        : ended.met      ? "as expected"
                                         : "not as expected",
                        format_ms(length_ms), note.empty() ? "" : " · " + note));
  write_files();
}

void SuiteSession::skip(size_t item, const Error& why) {
  row(item) = suite_row(plan_.items[item].name, why, false);
  live_.say(fmt::format("suite {}: {} is not run: {}", plan_.suite.name, plan_.items[item].name,
                        why.message));
  write_files();
}

void SuiteSession::write_files() {
  std::ostringstream junit, summary;
  write_suite_junit(junit, report_);
  write_suite_markdown(summary, report_);
  for (const auto& [name, text] :
       {std::pair("/junit.xml", junit.str()), std::pair("/summary.md", summary.str())})
    if (auto written = write_file_atomically(report_.dir + name, text); !written)
      failed_writing_ = worse(failed_writing_, complain(written.error()));
}

}  // namespace rehearse
