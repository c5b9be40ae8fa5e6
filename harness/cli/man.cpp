// rehearse man: the manual page rehearse(1), from the same words as --help.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"

namespace rehearse {
namespace {

// As roff shows it, and never as a request.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '-') out += '\\';
    out += c == '\\' ? 'e' : c;
    if (c == '\n') out += "\\&";
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void print_verb(const VerbHelp& verb) {
  std::string synopsis = verb.name;
  for (const OptionHelp& option : verb.options)
    if (!option.name.starts_with("--"))
      synopsis += " " + (option.required ? option.name : "[" + option.name + "]");
  fmt::print(".SS {}\n{}\n", roff(synopsis), roff(verb.summary));
  for (const OptionHelp& option : verb.options)
    fmt::print(
        ".TP\n.B {}\n{}{}\n", roff(option.name), roff(option.help),
        option.choices.empty() ? "" : roff(fmt::format(": {}", fmt::join(option.choices, ", "))));
}

}  // namespace

void add_man(Arguments& verb, Cli& cli) {
  (void)cli;
  verb.action([verbs = verb.all_verbs()] {
    fmt::print(
        ".TH REHEARSE 1 \"\" \"rehearse {}\"\n.SH NAME\nrehearse \\- rehearses disasters of money "
        "platforms, and proves what was lost\n.SH SYNOPSIS\n.B rehearse\n[\\-q] verb ...\n"
        ".SH VERBS\n",
        REHEARSE_VERSION);
    for (const VerbHelp& one : verbs()) print_verb(one);
    fmt::print(
        ".SH EXIT STATUS\n0 as expected; 1 a check or a target failed; 2 inconclusive; 64 wrong "
        "usage; 69 the machine cannot do it; 70 a bug of the harness; 130 interrupted.\n");
  });
}

}  // namespace rehearse
