// rehearse images =WORD…: the images that a command needs, a line each. For the launcher, which
// makes no others; it gives its own arguments, each behind a `=`. Of what cannot be read, all:
// whoever runs it says why.
#include <fmt/core.h>

#include <memory>
#include <set>

#include "cli/cli.hpp"

namespace rehearse {
namespace {

constexpr const char* default_stack = "one-region";

struct Command {
  std::vector<std::string> names, overrides;
  std::string verb, parts;
};

Command read_command(const std::vector<std::string>& words) {
  const std::set<std::string> with_value = {"--out", "--seed", "--repeat", "--rate"};
  Command command;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i].substr(1);
    const std::string next = i + 1 < words.size() ? words[i + 1].substr(1) : "";
    if (word == "--set" && ++i < words.size())
      command.overrides.push_back(next);
    else if (word == "--parts")
      command.parts = next, ++i;
    else if (with_value.contains(word))
      ++i;
    else if (!word.starts_with('-'))
      command.verb.empty() ? command.verb = word : command.names.emplace_back(word);
  }
  return command;
}

void add_images_of(const Result<StackFile>& stack, std::set<std::string>& images) {
  if (!stack) return;
  for (const auto& component : stack->components)
    if (!component.image.empty()) images.insert(component.image);
}

std::set<std::string> images_of(const Cli& cli, const Command& command) {
  std::set<std::string> images;
  if (command.verb == "up") {
    add_images_of(load_stack(cli.places, command.names.empty() ? default_stack : command.names[0],
                             names_in(command.parts)),
                  images);
    return images;
  }
  const auto add_scenario = [&](const std::string& name) {
    const auto scenario = load_scenario(cli.places, name, command.overrides);
    add_images_of(scenario ? load_stack(cli.places, scenario->stack, scenario->parts)
                           : load_stack(cli.places, default_stack),
                  images);
  };
  for (const auto& name : command.names) {
    if (command.verb != "suite") {
      add_scenario(name);
    } else if (const auto suite = load_suite(cli.places, name)) {
      for (const auto& scenario : suite->scenarios) add_scenario(scenario);
    }
  }
  return images;
}

void print_images(const Cli& cli, const std::vector<std::string>& words) {
  std::set<std::string> images = images_of(cli, read_command(words));
  if (images.empty()) add_images_of(load_stack(cli.places, default_stack), images);
  for (const auto& image : images) fmt::print("{}\n", image);
}

}  // namespace

void add_images(Arguments& verb, Cli& cli) {
  auto words = std::make_shared<std::vector<std::string>>();
  verb.words("words", *words, "of a command, each behind a `=`");
  verb.action([words, &cli] { print_images(cli, *words); });
}

}  // namespace rehearse
