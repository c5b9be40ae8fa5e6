// A script of an image, run in a folder of ours with programs of ours in the place of others.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/files.hpp"
#include "runtime/command.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse::test {

class ImageScript {
 public:
  // Of fixtures/images; `moved` are places in it that become places below `dir`.
  ImageScript(const std::string& path, const std::map<std::string, std::string>& moved) {
    std::string text = read_file(REHEARSE_SOURCE_DIR "/fixtures/images/" + path).value_or("");
    for (const auto& [from, to] : moved)
      for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += dir.size())
        text.replace(at, from.size(), dir + to);
    EXPECT_TRUE(make_directories(dir + "/bin"));
    write_program(dir + "/script", text);
  }

  void program(const std::string& name, const std::string& words) const {
    write_program(dir + "/bin/" + name, "#!/bin/sh\n" + words + "\n");
  }
  CommandResult run(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment = {}) const {
    std::vector<std::string> argv = {"env",
                                     "PATH=" + dir + "/bin:/usr/bin:/bin",
                                     "DIR=" + dir,
                                     "SCOPE=casino",
                                     "ADDRESS=198.18.9.9",
                                     "BUCKET=backups"};
    argv.insert(argv.end(), environment.begin(), environment.end());
    argv.insert(argv.end(), {"sh", dir + "/script"});
    argv.insert(argv.end(), words.begin(), words.end());
    return run_command(argv, 60'000).value_or(CommandResult{-1, "", ""});
  }

  const TemporaryFolder folder;
  const std::string dir = folder.path();

 private:
  static void write_program(const std::string& file, const std::string& text) {
    EXPECT_TRUE(write_file_atomically(file, text));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
};

}  // namespace rehearse::test
