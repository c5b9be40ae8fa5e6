// junit.xml as GitLab, GitHub's report actions and Jenkins read it, valid for the schemas of
// Jenkins' xUnit plugin (junit-10.xsd) and, suite by suite, of Maven Surefire: a testsuite for a
// scenario, a testcase for the run, each fault and each check. A canary's named checks are passed
// when they are red. Inconclusive is an error, not applicable is skipped; figures are properties of
// the suite.
#include "reports/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

using Kind = JunitCase::Kind;
using text::xml;

constexpr std::string_view kind_tags[] = {"", "failure", "error", "skipped"};

Kind kind_of(Standing standing) {
  constexpr Kind kinds[] = {Kind::passed, Kind::failure, Kind::error, Kind::skipped};
  return kinds[static_cast<size_t>(standing)];
}

bool is_bad(const JunitCase& one) {
  return one.kind == Kind::failure || one.kind == Kind::error;
}

// What cannot be told from one check or fault: a deadline missed, an interruption, nothing
// examined.
JunitCase run_case(const Report& report, bool others_bad) {
  JunitCase one;
  one.name = "run";
  one.lines = {fmt::format("{}, {}: expected {}", name_of(report.verdict),
                           report.met ? "as expected" : "not as expected",
                           expectation_of(*report.run))};
  if (!report.troubles.empty()) {
    one.kind = Kind::error;
    one.message = "it cannot be said: " + report.troubles.front();
    one.lines.insert(one.lines.end(), report.troubles.begin(), report.troubles.end());
  } else if (!report.met && !others_bad) {
    one.kind = Kind::error;
    one.message = "nothing was examined that could show what the scenario expects";
  }
  return one;
}

JunitCase fault_case(const Run& run, const FaultRecord& fault) {
  JunitCase one;
  one.name = fmt::format("fault {} {} ({})", fault.id, fault.fault, fault.target);
  one.kind = kind_of(standing_of(run, fault));
  if (fault.injected_ms && fault.healed_ms)
    one.time_s = (*fault.healed_ms - *fault.injected_ms) / 1000;
  one.message = fault_trouble(fault);
  for (const auto& [name, value] : fault.evidence) one.lines.push_back(name + ": " + value);
  return one;
}

JunitCase check_case(const Run& run, const Finding& check) {
  const Standing standing = standing_of(run, check);
  JunitCase one;
  one.name = "check " + check.check;
  one.kind = kind_of(standing);
  one.message = check.summary;
  if (standing == Standing::wrong && !run.expect_fail.empty())
    one.message = "green, so the canary shows nothing: it must be red; " + check.summary;
  if (standing == Standing::wrong && check.verdict == Verdict::not_applicable)
    one.message = "the canary must turn it red, but it is not applicable: " + check.summary;
  if (standing == Standing::aside && check.verdict == Verdict::fail)
    one.message = "red as well, which the canary leaves open: " + check.summary;
  if (check.verdict != Verdict::not_applicable)
    one.lines.push_back(fmt::format("{}: examined {}, wrong {}; {}", name_of(check.verdict),
                                    check.examined, check.violations, check.summary));
  one.lines.insert(one.lines.end(), check.witnesses.begin(), check.witnesses.end());
  return one;
}

// A figure that was not measured has no property.
void add_figures(const Report& report, JunitSuite& suite) {
  const auto add = [&suite](const std::string& name, const std::string& value) {
    suite.properties.emplace_back(name, value);
  };
  const auto add_ms = [&add](const std::string& name, const std::optional<double>& ms) {
    if (ms) add(name, fmt::format("{:.1f}", *ms));
  };
  for (const RtoRow& row : report.rto) {
    const std::string name = fmt::format("rto.{}.{}.", row.fault, row.operation);
    add_ms(name + "target_ms", row.target_ms);
    add_ms(name + (row.open_at_end ? "at_least_ms" : "measured_ms"), row.measured_ms);
  }
  for (const RpoRow& row : report.rpo) {
    const std::string name = fmt::format("rpo.{}.", row.store);
    add_ms(name + "target_ms", row.target_ms);
    if (!row.lost_count) continue;
    add(name + "lost_count", std::to_string(*row.lost_count));
    add(name + "holes", std::to_string(row.holes));
    add_ms(name + "lost_ms", row.lost_ms);
    add(name + "lost_money", text::lost_money_text(row));
  }
}

void write_case(std::ostream& out, const JunitSuite& suite, const JunitCase& one) {
  out << fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(suite.name), xml(one.name));
  // What has no length has 0: Surefire's schema wants the attribute.
  out << fmt::format(" time=\"{:.3f}\"", one.time_s.value_or(0));
  if (one.kind == Kind::passed && one.lines.empty()) {
    out << "/>\n";
    return;
  }
  out << ">\n      ";
  const bool passed = one.kind == Kind::passed;
  const std::string_view tag = passed ? "system-out" : kind_tags[static_cast<size_t>(one.kind)];
  out << "<" << tag;
  if (!passed) out << fmt::format(" message=\"{}\"", xml(one.message));
  if (one.kind == Kind::failure || one.kind == Kind::error)
    out << fmt::format(" type=\"{}\"", one.kind == Kind::failure ? "fail" : "inconclusive");
  std::string body;
  for (const std::string& line : one.lines) body += (body.empty() ? "" : "\n") + xml(line);
  out << (body.empty() ? "/>\n" : fmt::format(">{}</{}>\n", body, tag)) << "    </testcase>\n";
}

struct JunitCounts {
  size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  double time_s = 0;

  void add(const JunitSuite& suite) {
    const auto count = [&suite](Kind kind) {
      return static_cast<size_t>(std::ranges::count(suite.cases, kind, &JunitCase::kind));
    };
    tests += suite.cases.size();
    failures += count(Kind::failure);
    errors += count(Kind::error);
    skipped += count(Kind::skipped);
    time_s += suite.time_s.value_or(0);
  }
  std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", tests,
                       failures, errors, time_s);
  }
};

void write_suite(std::ostream& out, const JunitSuite& suite) {
  JunitCounts counts;
  counts.add(suite);
  // Of the whole, no reader's schema knows how many were skipped; of a suite, all do.
  out << fmt::format("  <testsuite name=\"{}\" {} skipped=\"{}\">\n", xml(suite.name),
                     counts.attributes(), counts.skipped);
  auto properties = suite.properties;
  if (suite.started_wall_ns != 0)
    properties.emplace_back("started", rfc3339(suite.started_wall_ns));
  if (!suite.run_dir.empty()) properties.emplace_back("run folder", suite.run_dir);
  if (!properties.empty()) {
    out << "    <properties>\n";
    for (const auto& [name, value] : properties)
      out << fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", xml(name), xml(value));
    out << "    </properties>\n";
  }
  for (const JunitCase& one : suite.cases) write_case(out, suite, one);
  out << "  </testsuite>\n";
}

}  // namespace

JunitSuite junit_suite(const Report& report, const std::string& run_dir) {
  const Run& run = *report.run;
  JunitSuite suite;
  suite.name = (run.tier.empty() ? "" : run.tier + "/") + run.scenario;
  suite.started_wall_ns = run.started_wall_ns;
  if (run.started_wall_ns != 0 && run.finished_wall_ns >= run.started_wall_ns)
    suite.time_s = static_cast<double>(run.finished_wall_ns - run.started_wall_ns) / ns_per_s;
  suite.run_dir = run_dir;
  suite.properties = {{"run", run.id},
                      {"stack", run.stack},
                      {"seed", std::to_string(run.seed)},
                      {"verdict", std::string(name_of(report.verdict))},
                      {"expected", expectation_of(run)},
                      {"met", report.met ? "true" : "false"}};
  add_figures(report, suite);
  for (const FaultRecord& fault : run.faults) suite.cases.push_back(fault_case(run, fault));
  for (const Finding& check : report.checks) suite.cases.push_back(check_case(run, check));
  const bool bad = std::ranges::any_of(suite.cases, is_bad);
  suite.cases.insert(suite.cases.begin(), run_case(report, bad));
  return suite;
}

void write_junit(std::ostream& out, const std::string& name,
                 const std::vector<JunitSuite>& suites) {
  JunitCounts counts;
  for (const JunitSuite& suite : suites) counts.add(suite);
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      << fmt::format("<testsuites name=\"{}\" {}>\n", xml(name), counts.attributes());
  for (const JunitSuite& suite : suites) write_suite(out, suite);
  out << "</testsuites>\n";
}

void write_junit(std::ostream& out, const Report& report, const std::string& run_dir) {
  write_junit(out, report.run->scenario, {junit_suite(report, run_dir)});
}

}  // namespace rehearse
