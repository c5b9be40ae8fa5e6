#include "engine/node_logs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/files.hpp"

namespace rehearse {

namespace fs = std::filesystem;

Result<NodeLogs> NodeLogs::begin_anew(const std::string& dir) {
  std::error_code error;
  fs::remove_all(dir, error);
  if (error)
    return fail(ExitCode::machine, fmt::format("cannot remove {}: {}", dir, error.message()));
  if (auto made = make_directories(dir); !made) return std::unexpected(made.error());
  NodeLogs logs;
  logs.dir_ = dir;
  return logs;
}

NodeLogs NodeLogs::from_now_on(const std::string& dir) {
  NodeLogs logs;
  logs.dir_ = dir;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(dir, ignored))
    if (file.is_regular_file(ignored))
      logs.sizes_[file.path().filename().string()] = file.file_size(ignored);
  return logs;
}

Status NodeLogs::copy_to(const std::string& run_logs) const {
  if (dir_.empty()) return {};
  std::error_code error;
  for (const auto& file : fs::directory_iterator(dir_, error)) {
    if (!file.is_regular_file(error)) continue;
    const std::string name = file.path().filename().string();
    const auto known = sizes_.find(name);
    std::ifstream from(file.path(), std::ios::binary);
    from.seekg(known == sizes_.end() ? 0 : static_cast<std::streamoff>(known->second));
    std::ofstream to(run_logs + "/" + name, std::ios::binary);
    // Writing an empty buffer counts as a failure of the stream.
    if (from.peek() != std::ifstream::traits_type::eof()) to << from.rdbuf();
    if (!to.flush())
      return fail(ExitCode::machine,
                  fmt::format("cannot copy {} to {}", file.path().string(), run_logs));
  }
  if (error)
    return fail(ExitCode::machine, fmt::format("cannot read {}: {}", dir_, error.message()));
  return {};
}

}  // namespace rehearse
