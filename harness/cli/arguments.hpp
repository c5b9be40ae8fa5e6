// What a verb takes on the command line. A thin front of CLI11, which is the business of one source
// file: its templates cost ten seconds of compilation in each file that sees them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rehearse {

// What --help says, for other forms of it.
struct OptionHelp {
  std::string name, help;  // "--like-this", or the name of a positional
  std::vector<std::string> choices;
  bool required = false;
};
struct VerbHelp {
  std::string name, summary;
  std::vector<OptionHelp> options;
};

class Arguments {
 public:
  struct Impl;
  explicit Arguments(Impl& impl) : impl_(impl) {}

  // Positional; `choices` empty = anything.
  void word(const std::string& name, std::string& into, const std::string& help, bool required,
            const std::vector<std::string>& choices = {});
  void words(const std::string& name, std::vector<std::string>& into, const std::string& help);

  // Named "--like-this". `repeated` may be given many times, one value each.
  void text(const std::string& name, std::string& into, const std::string& help,
            const std::vector<std::string>& choices = {});
  void repeated(const std::string& name, std::vector<std::string>& into, const std::string& help);
  void number(const std::string& name, uint64_t& into, const std::string& help, uint64_t min,
              uint64_t max);
  void flag(const std::string& name, bool& into, const std::string& help);

  // What the verb does, once everything above is read.
  void action(std::function<void()> action);

  // Of every verb that --help shows; to be called once all are known, as in an action.
  std::function<std::vector<VerbHelp>()> all_verbs() const;

 private:
  Impl& impl_;
};

}  // namespace rehearse
