#include "runtime/delay.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/command.hpp"

namespace rehearse {
namespace {

constexpr int64_t command_ms = 10'000;
constexpr const char* device = "eth0";
// The one that works on nft tables, so that nft can take away all that it made.
constexpr const char* iptables = "iptables-nft";
constexpr const char* table = "table ip filter";

Status run(const std::vector<std::string>& argv, const std::string& input = "") {
  auto done = run_checked(argv, command_ms, input);
  if (!done) return std::unexpected(done.error());
  return {};
}

std::vector<std::string> queue_rule(const std::string& range) {
  return {iptables,
          "-I",
          "OUTPUT",
          "-o",
          device,
          "-d",
          range,
          "-j",
          "NFQUEUE",
          "--queue-num",
          std::to_string(Delayer::queue),
          "--queue-bypass"};
}

// A band of its own for what is delayed; everything else goes the usual way.
std::string netem_batch(const std::string& range, const DelaySpec& spec) {
  return fmt::format(
      "qdisc add dev {0} root handle 1: prio bands 4\n"
      "qdisc add dev {0} parent 1:4 handle 40: netem delay {1}us {2}us limit 20000\n"
      "filter add dev {0} parent 1: protocol ip u32 match ip dst {3} flowid 1:4\n",
      device, spec.delay_us, spec.jitter_us, range);
}

bool works(std::vector<std::string> argv) {
  argv.insert(argv.begin(), {"unshare", "--net"});
  const auto done = run_command(argv, command_ms);
  return done && done->exit_status == 0;
}

}  // namespace

DelayMeans find_delay_means() {
  if (works({"tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"}))
    return DelayMeans::netem;
  return works(queue_rule(all_zones_range)) ? DelayMeans::queue : DelayMeans::none;
}

DelayMeans Delays::means() {
  const std::lock_guard lock(mutex_);
  if (!means_) means_ = find_delay_means();
  return *means_;
}

Status Delays::add_rule(const std::string& node, const DelaySpec& spec) {
  const std::string ns = prefix_ + node;
  if (means() == DelayMeans::netem)
    return run({"tc", "-n", ns, "-batch", "-"}, netem_batch(range_, spec));
  auto delayer = Delayer::start("/run/netns/" + ns, spec);
  if (!delayer) return std::unexpected(delayer.error());
  {
    const std::lock_guard lock(mutex_);
    delayers_[node] = std::move(*delayer);
  }
  auto argv = queue_rule(range_);
  argv.insert(argv.begin(), {"ip", "netns", "exec", ns});
  return run(argv);
}

Status Delays::remove_rule(const std::string& node) {
  const std::string ns = prefix_ + node;
  // The namespace is ours alone, and so is the table. The first line makes the second one valid
  // where there is none.
  auto done = run({"ip", "netns", "exec", ns, "nft", "-f", "-"},
                  fmt::format("add {0}\ndelete {0}\n", table));
  if (!done || means() != DelayMeans::netem) return done;
  const auto state = state_of(node);
  if (!state) return std::unexpected(state.error());
  return state->active ? run({"tc", "-n", ns, "qdisc", "del", "dev", device, "root"}) : Status{};
}

Result<DelayState> Delays::state_of(const std::string& node) {
  const std::string ns = prefix_ + node;
  DelayState state;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = delayers_.find(node); found != delayers_.end())
      state = found->second->state();
  }
  const auto tables = run_checked({"ip", "netns", "exec", ns, "nft", "list", "tables"}, command_ms);
  if (!tables) return std::unexpected(tables.error());
  state.active = tables->find(table) != std::string::npos;
  if (means() != DelayMeans::netem) return state;
  const auto text =
      run_checked({"tc", "-n", ns, "-s", "-j", "qdisc", "show", "dev", device}, command_ms);
  if (!text) return std::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_array()) return fail(ExitCode::machine, "tc printed no JSON for " + ns);
  for (const auto& qdisc : json) {
    if (qdisc.value("kind", "") != "netem") continue;
    state.active = true;
    state.packets = qdisc.value("packets", int64_t{0});
  }
  return state;
}

Status Delays::begin(const std::vector<std::string>& nodes, const DelaySpec& spec) {
  if (means() == DelayMeans::none)
    return fail(ExitCode::machine,
                "this machine has neither netem nor NFQUEUE: nothing can be delayed; "
                "`./rehearse doctor` says what is missing");
  const auto before = states(nodes);
  if (!before) return std::unexpected(before.error());
  for (const auto& [node, state] : *before)
    if (state.active)
      return fail(ExitCode::machine, fmt::format("what {} sends is delayed already", node));
  std::vector<std::function<Status()>> jobs;
  for (const auto& node : nodes) jobs.push_back([&, this] { return add_rule(node, spec); });
  return run_parallel(jobs, 8);
}

Status Delays::end(const std::vector<std::string>& nodes) {
  std::vector<std::function<Status()>> jobs;
  for (const auto& node : nodes) jobs.push_back([&, this] { return remove_rule(node); });
  const Status done = run_parallel(jobs, 8);
  // Rules go first, so that nothing new comes; without a reader what comes all the same passes.
  std::vector<std::unique_ptr<Delayer>> ended;
  const std::lock_guard lock(mutex_);
  for (const auto& node : nodes)
    if (const auto found = delayers_.find(node); found != delayers_.end()) {
      ended.push_back(std::move(found->second));
      delayers_.erase(found);
    }
  return done;
}

Result<std::map<std::string, DelayState>> Delays::states(const std::vector<std::string>& nodes) {
  std::vector<DelayState> found(nodes.size());
  std::vector<std::function<Status()>> jobs;
  for (size_t i = 0; i < nodes.size(); ++i)
    jobs.push_back([&, i, this]() -> Status {
      const auto state = state_of(nodes[i]);
      if (!state) return std::unexpected(state.error());
      found[i] = *state;
      return {};
    });
  if (auto done = run_parallel(jobs, 8); !done) return std::unexpected(done.error());
  std::map<std::string, DelayState> result;
  for (size_t i = 0; i < nodes.size(); ++i) result[nodes[i]] = found[i];
  return result;
}

}  // namespace rehearse
