// rehearse completion SHELL: what bash and zsh need to complete a command line, from the same words
// as --help.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/cli.hpp"

namespace rehearse {
namespace {

// What stands for an argument at that place: words, or a list of the program's own that is asked
// for when it is needed. Empty: files.
std::string words_for(const OptionHelp& option) {
  if (!option.choices.empty()) return fmt::format("{}", fmt::join(option.choices, " "));
  for (const char* listed : {"scenario", "suite"})
    if (option.name == listed)
      return fmt::format("$(\"${{COMP_WORDS[0]}}\" list {}s 2>/dev/null | cut -d' ' -f1)", listed);
  return "";
}

// Runs in zsh too, by its bashcompinit.
void print_bash(const std::vector<VerbHelp>& verbs) {
  std::string names;
  for (const VerbHelp& verb : verbs) names += (names.empty() ? "" : " ") + verb.name;
  fmt::print(
      "_rehearse() {{\n"
      "  local verb=\"${{COMP_WORDS[1]}}\" word=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    COMPREPLY=($(compgen -W '{} --help --quiet --version' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"$verb\" in\n",
      names);
  for (const VerbHelp& verb : verbs) {
    std::string options = "--help", words;
    for (const OptionHelp& option : verb.options) {
      if (option.name.starts_with("--"))
        options += " " + option.name;
      else
        words += " " + words_for(option);
    }
    fmt::print("    {})\n      if [[ $word == -* ]]; then words='{}'; else words=\"{}\"; fi ;;\n",
               verb.name, options, words);
  }
  fmt::print(
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n"
      "}}\n"
      "complete -F _rehearse rehearse ./rehearse\n");
}

}  // namespace

void add_completion(Arguments& verb, Cli& cli) {
  (void)cli;
  auto shell = std::make_shared<std::string>();
  verb.word("shell", *shell, "bash or zsh", true, {"bash", "zsh"});
  verb.action([shell, verbs = verb.all_verbs()] {
    if (*shell == "zsh") fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
    print_bash(verbs());
  });
}

}  // namespace rehearse
