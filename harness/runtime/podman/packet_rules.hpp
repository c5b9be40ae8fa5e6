// nftables inside network namespaces, spoken to over sockets that stay in them: a command takes
// well under a millisecond, where a process of nft takes ten to thirty.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"

struct nft_ctx;

namespace rehearse {

class PacketRules {
 public:
  PacketRules();
  ~PacketRules();

  // One transaction: all of the script or nothing. Errors (machine): no such namespace, or what
  // nft says.
  Status run(const std::string& namespace_path, const std::string& script);
  // What a `list` command prints as JSON.
  Result<std::string> list(const std::string& namespace_path, const std::string& command);
  // Closes the sockets: a namespace lives as long as one of them is open.
  void forget();

 private:
  struct Context {
    std::unique_ptr<nft_ctx, void (*)(nft_ctx*)> handle;
    dev_t device = 0;  // device and inode are the namespace's identity behind its path
    ino_t inode = 0;
  };

  Result<nft_ctx*> context_in(const std::string& namespace_path);
  Result<std::string> carry_out(const std::string& namespace_path, const std::string& script,
                                unsigned flags);

  std::mutex mutex_;  // the library does not promise that two contexts may work at once
  std::map<std::string, Context> contexts_;
};

}  // namespace rehearse
