// nf_tables transactions over one netlink socket: messages collected, sent as one batch that the
// kernel carries out wholly or not at all, and read back with the handles of new rules.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/firewall/back_end.hpp"

struct nlmsghdr;
struct nftnl_rule;
struct nftnl_chain;

namespace hexad::firewall {

class NftBatch {
 public:
  NftBatch();
  void table(Table table);  // made when missing
  void base_chain(Table table,
                  const std::string& name);          // a built-in of iptables, made when missing
  void chain(Table table, const std::string& name);  // made when missing
  void delete_chain(Table table, const std::string& name);
  void flush(Table table, const std::string& chain);
  void delete_rule(Table table, const std::string& chain, Handle handle);
  // The position of its handle in what commit() returns is the order of the calls with
  // `want_handle`.
  void rule(const Rule& rule, bool append, Handle after, bool want_handle);

 private:
  friend class NftSocket;
  void put(const nlmsghdr* message);
  void put_chain(std::uint16_t type, std::uint16_t flags, nftnl_chain* chain);

  std::vector<char> bytes_;
  std::uint32_t next_seq_ = 0;
  std::vector<std::uint32_t> handle_seqs_;
};

class NftSocket {
 public:
  static Result<NftSocket> open();
  // The handles wanted, in order. An error has the errno of the first message that failed.
  Result<std::vector<Handle>> commit(NftBatch batch);
  // Rules of one chain, in their order; none when the chain is not there.
  Result<> each_rule(Table table, const std::string& chain,
                     const std::function<void(nftnl_rule*)>& visit);
  Result<> each_chain(const std::function<void(nftnl_chain*)>& visit);  // of family ip

 private:
  explicit NftSocket(UniqueFd fd);
  Result<> dump(const std::vector<char>& request,
                const std::function<void(const nlmsghdr*)>& visit);
  void drain();

  UniqueFd fd_;
  std::vector<char> buffer_;  // for what the kernel sends
  std::uint32_t dump_seq_ = 1;
};

}  // namespace hexad::firewall
