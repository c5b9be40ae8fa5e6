#include "runtime/podman/owner.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "base/files.hpp"

namespace rehearse {

Result<std::string> id_of_state(const std::string& path) {
  const std::string file = path + ".id";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    auto text = read_file(file);
    if (text) text->erase(text->find_last_not_of("\n") + 1);
    return text;
  }
  std::random_device random;  // never of a run's seed: two states must differ
  const std::string id = fmt::format("{:08x}{:08x}", random(), random());
  if (auto made = make_directories(std::filesystem::path(file).parent_path()); !made)
    return std::unexpected(made.error());
  if (auto written = write_file_atomically(file, id + "\n"); !written)
    return std::unexpected(written.error());
  return id;
}

std::string owner_name(const std::string& id, const std::string& path) {
  return id + ":" + path;
}

Status require_own(const std::string& owner, const std::string& id) {
  const size_t colon = owner.find(':');
  if (owner.empty() || owner.substr(0, colon) == id) return {};
  return fail(
      ExitCode::machine,
      fmt::format("the network that is up belongs to the rehearse whose state is {}, and another "
                  "would be undone by removing it: take it down there (REHEARSE_STATE names the "
                  "folder); where that is gone, by `ip link delete rhs0` and `./rehearse down`",
                  colon == std::string::npos ? owner : owner.substr(colon + 1)));
}

}  // namespace rehearse
