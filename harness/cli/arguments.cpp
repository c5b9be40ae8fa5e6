// The only user of CLI11: verbs' arguments, and the program's own.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/cli.hpp"

namespace rehearse {

struct Arguments::Impl {
  CLI::App* verb = nullptr;
};

void Arguments::word(const std::string& name, std::string& into, const std::string& help,
                     bool required, const std::vector<std::string>& choices) {
  auto* option = impl_.verb->add_option(name, into, help)->required(required);
  if (!choices.empty()) option->check(CLI::IsMember(choices));
}

void Arguments::words(const std::string& name, std::vector<std::string>& into,
                      const std::string& help) {
  impl_.verb->add_option(name, into, help)->required();
}

void Arguments::text(const std::string& name, std::string& into, const std::string& help,
                     const std::vector<std::string>& choices) {
  auto* option = impl_.verb->add_option(name, into, help);
  if (!choices.empty()) option->check(CLI::IsMember(choices));
}

void Arguments::repeated(const std::string& name, std::vector<std::string>& into,
                         const std::string& help) {
  impl_.verb->add_option(name, into, help)->take_all()->allow_extra_args(false);
}

void Arguments::number(const std::string& name, uint64_t& into, const std::string& help,
                       uint64_t max) {
  impl_.verb->add_option(name, into, help)->check(CLI::Range(uint64_t{0}, max));
}

void Arguments::flag(const std::string& name, bool& into, const std::string& help) {
  impl_.verb->add_flag(name, into, help);
}

void Arguments::action(std::function<void()> action) {
  impl_.verb->callback(std::move(action));
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Rehearses disasters of money platforms, and proves what was lost.", "rehearse");
  app.set_version_flag("--version", REHEARSE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Cli cli;
  cli.places = find_places();
  app.add_flag("-q,--quiet", cli.quiet, "say nothing but the result");
#define VERB(name, summary)                                        \
  Arguments::Impl name##_impl{app.add_subcommand(#name, summary)}; \
  Arguments name##_arguments(name##_impl);                         \
  add_##name(name##_arguments, cli);
#include "cli/verbs.def"
#undef VERB
  std::vector<std::string> verbs;
  for (auto* verb : app.get_subcommands([](CLI::App*) { return true; })) {
    verbs.push_back(verb->get_name());
    if (verb->get_description().empty()) verb->group("");  // hides it
  }
  if (argc > 1 && argv[1][0] != '-' && std::ranges::find(verbs, argv[1]) == verbs.end()) {
    const auto near = suggest(argv[1], verbs);
    return static_cast<int>(
        complain({ExitCode::usage, fmt::format("no verb `{}`; {}", argv[1],
                                               near ? fmt::format("did you mean `{}`?", *near)
                                                    : "`./rehearse --help` names them")}));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  return static_cast<int>(cli.exit);
}

}  // namespace rehearse
