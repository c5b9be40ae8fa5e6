// The only user of CLI11: verbs' arguments, and the program's own.
#include "cli/arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/cli.hpp"

namespace rehearse {

namespace {

// Like CLI::IsMember, with the nearest choice.
CLI::Validator one_of(const std::vector<std::string>& choices) {
  const std::string all = fmt::format("{}", fmt::join(choices, ", "));
  const auto check = [choices, all](std::string& word) -> std::string {
    if (std::ranges::find(choices, word) != choices.end()) return "";
    return fmt::format("no `{}`{}", word, did_you_mean(word, choices, "there are: " + all));
  };
  return CLI::Validator(check, "{" + all + "}");
}

// What could not be read, with the nearest option of the verb.
std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  const auto verbs = app.get_subcommands();
  const CLI::App& verb = verbs.empty() ? app : *verbs.front();
  const std::string help =
      fmt::format("`./rehearse{}{} --help` says what it takes", verbs.empty() ? "" : " ",
                  verbs.empty() ? "" : verb.get_name());
  const auto left = app.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || left.empty())
    return fmt::format("{}; {}", error.what(), help);
  std::vector<std::string> known;
  for (const CLI::App* owner : {&verb, &app})
    for (const auto* option : owner->get_options())
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  if (!left.front().starts_with('-')) known.clear();
  return fmt::format("`{}` is not expected{}", left.front(),
                     did_you_mean(left.front(), known, help));
}

}  // namespace

using Choices = std::map<const CLI::Option*, std::vector<std::string>>;

struct Arguments::Impl {
  CLI::App* verb = nullptr;
  Choices* choices = nullptr;  // of all verbs
};

void Arguments::word(const std::string& name, std::string& into, const std::string& help,
                     bool required, const std::vector<std::string>& choices) {
  auto* option = impl_.verb->add_option(name, into, help)->required(required);
  if (choices.empty()) return;
  option->check(one_of(choices));
  (*impl_.choices)[option] = choices;
}

void Arguments::words(const std::string& name, std::vector<std::string>& into,
                      const std::string& help) {
  impl_.verb->add_option(name, into, help)->required();
}

void Arguments::text(const std::string& name, std::string& into, const std::string& help,
                     const std::vector<std::string>& choices) {
  auto* option = impl_.verb->add_option(name, into, help);
  // A shell's variable that is not set must not mean "without".
  option->check([](const std::string& given) { return given.empty() ? "it is empty" : ""; });
  if (choices.empty()) return;
  option->check(one_of(choices));
  (*impl_.choices)[option] = choices;
}

void Arguments::repeated(const std::string& name, std::vector<std::string>& into,
                         const std::string& help) {
  impl_.verb->add_option(name, into, help)->take_all()->allow_extra_args(false);
}

void Arguments::number(const std::string& name, uint64_t& into, const std::string& help,
                       uint64_t min, uint64_t max) {
  impl_.verb->add_option(name, into, help)->check(CLI::Range(min, max));
}

void Arguments::flag(const std::string& name, bool& into, const std::string& help) {
  impl_.verb->add_flag(name, into, help);
}

void Arguments::action(std::function<void()> action) {
  impl_.verb->callback(std::move(action));
}

std::function<std::vector<VerbHelp>()> Arguments::all_verbs() const {
  return [app = impl_.verb->get_parent(), choices = impl_.choices] {
    std::vector<VerbHelp> verbs;
    for (const CLI::App* verb : app->get_subcommands([](CLI::App*) { return true; })) {
      if (verb->get_description().empty()) continue;
      VerbHelp& help = verbs.emplace_back(verb->get_name(), verb->get_description());
      for (const CLI::Option* option : verb->get_options()) {
        if (option->get_name() == "--help") continue;
        const auto found = choices->find(option);
        help.options.push_back(
            {option->get_name(), option->get_description(),
             found == choices->end() ? std::vector<std::string>{} : found->second,
             option->get_required()});
      }
    }
    return verbs;
  };
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Rehearses disasters of money platforms, and proves what was lost.", "rehearse");
  app.set_version_flag("--version", REHEARSE_VERSION);
  app.require_subcommand(0, 1);
  app.fallthrough();
  Choices choices;
  Cli cli;
  cli.places = find_places();
  app.add_flag("-q,--quiet", cli.quiet, "say nothing but the result");
#define VERB(name, summary)                                                  \
  Arguments::Impl name##_impl{app.add_subcommand(#name, summary), &choices}; \
  Arguments name##_arguments(name##_impl);                                   \
  add_##name(name##_arguments, cli);
#include "cli/verbs.def"
#undef VERB
  std::vector<std::string> verbs;
  for (auto* verb : app.get_subcommands([](CLI::App*) { return true; })) {
    verbs.push_back(verb->get_name());
    if (verb->get_description().empty()) verb->group("");  // hides it
  }
  if (argc > 1 && argv[1][0] != '-' && std::ranges::find(verbs, argv[1]) == verbs.end()) {
    return static_cast<int>(
        complain({ExitCode::usage,
                  fmt::format("no verb `{}`{}", argv[1],
                              did_you_mean(argv[1], verbs, "`./rehearse --help` names them"))}));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return static_cast<int>(complain({ExitCode::usage, describe(app, error)}));
  }
  if (app.get_subcommands().empty())
    return static_cast<int>(complain({ExitCode::usage, "no verb; `./rehearse --help` names them"}));
  return static_cast<int>(cli.exit);
}

}  // namespace rehearse
