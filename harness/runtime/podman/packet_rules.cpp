#include "runtime/podman/packet_rules.hpp"

#include <fmt/format.h>
#include <nftables/libnftables.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/thread_setup.hpp"

namespace rehearse {
namespace {

// A thread alone can join a namespace, and a socket stays in the one that it was made in.
Result<nft_ctx*> open_in(const std::string& namespace_path) {
  nft_ctx* context = nullptr;
  Status joined;
  std::thread([&] {
    joined = join_network_namespace(namespace_path);
    if (joined) context = ::nft_ctx_new(NFT_CTX_DEFAULT);
  }).join();
  if (!joined) return std::unexpected(joined.error());
  if (!context)
    return fail(ExitCode::machine, fmt::format("no memory for nftables in {}", namespace_path));
  ::nft_ctx_buffer_output(context);
  ::nft_ctx_buffer_error(context);
  return context;
}

}  // namespace

PacketRules::PacketRules() = default;
PacketRules::~PacketRules() = default;

Result<nft_ctx*> PacketRules::context_in(const std::string& namespace_path) {
  struct stat now {};
  if (::stat(namespace_path.c_str(), &now) != 0)
    return fail(ExitCode::machine, fmt::format("there is no network namespace {}: {}",
                                               namespace_path, std::strerror(errno)));
  const auto known = contexts_.find(namespace_path);
  if (known != contexts_.end() && known->second.device == now.st_dev &&
      known->second.inode == now.st_ino)
    return known->second.handle.get();
  const auto opened = open_in(namespace_path);
  if (!opened) return opened;
  contexts_.insert_or_assign(namespace_path,
                             Context{{*opened, ::nft_ctx_free}, now.st_dev, now.st_ino});
  return *opened;
}

Result<std::string> PacketRules::carry_out(const std::string& namespace_path,
                                           const std::string& script, unsigned flags) {
  const std::lock_guard lock(mutex_);
  const auto context = context_in(namespace_path);
  if (!context) return std::unexpected(context.error());
  ::nft_ctx_output_set_flags(*context, flags);
  const int status = ::nft_run_cmd_from_buffer(*context, script.c_str());
  std::string printed = ::nft_ctx_get_output_buffer(*context);
  const std::string error = ::nft_ctx_get_error_buffer(*context);
  if (status == 0) return printed;
  return fail(ExitCode::machine,
              fmt::format("nft in {}: {}", namespace_path, error.substr(0, error.find('\n'))));
}

Status PacketRules::run(const std::string& namespace_path, const std::string& script) {
  const auto done = carry_out(namespace_path, script, 0);
  return done ? Status{} : Status(std::unexpected(done.error()));
}

Result<std::string> PacketRules::list(const std::string& namespace_path,
                                      const std::string& command) {
  return carry_out(namespace_path, command, NFT_CTX_OUTPUT_JSON);
}

void PacketRules::forget() {
  const std::lock_guard lock(mutex_);
  contexts_.clear();
}

}  // namespace rehearse
