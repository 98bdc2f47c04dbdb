#include "libcontainer/cgroup/device_bpf.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "libcontainer/base/unique_fd.hpp"

namespace hexad::cgroup {
namespace {

// Registers: r1 context, r2 type, r3 access, r4 major, r5 minor, r0 the answer.
bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, int imm) {
  bpf_insn i{};
  i.code = static_cast<__u8>(code);
  i.dst_reg = dst & 0xFU;
  i.src_reg = src & 0xFU;
  i.off = static_cast<__s16>(off);
  i.imm = imm;
  return i;
}

bpf_insn load(unsigned dst, std::size_t offset) {
  return insn(BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, static_cast<int>(offset), 0);
}

bpf_insn jump_unless_equal(unsigned reg, std::uint32_t value) {
  // 32-bit comparison: the numbers are unsigned 32-bit values.
  return insn(BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, 0, static_cast<int>(value));
}

int access_mask(const std::string& access) {
  int bits = 0;
  for (const char c : access)
    bits |= c == 'm'   ? BPF_DEVCG_ACC_MKNOD
            : c == 'r' ? BPF_DEVCG_ACC_READ
            : c == 'w' ? BPF_DEVCG_ACC_WRITE
                       : 0;
  return bits;
}

// Falls out at its end when the rule does not fit; jumps with offset 0 are aimed by the caller.
std::vector<bpf_insn> block(const DeviceRule& rule) {
  constexpr int kEverything = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
  std::vector<bpf_insn> out;
  out.push_back(
      jump_unless_equal(BPF_REG_2, rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
  const int mask = access_mask(rule.access);
  if (mask != kEverything) {
    out.push_back(insn(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_3, 0, 0));
    out.push_back(insn(BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, mask));
    if (rule.allow) {  // everything asked for must be in the rule
      out.push_back(insn(BPF_JMP32 | BPF_JNE | BPF_X, BPF_REG_0, BPF_REG_3, 0, 0));
    } else {  // anything of it refuses
      out.push_back(insn(BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0));
    }
  }
  if (rule.major) out.push_back(jump_unless_equal(BPF_REG_4, *rule.major));
  if (rule.minor) out.push_back(jump_unless_equal(BPF_REG_5, *rule.minor));
  out.push_back(insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, rule.allow ? 1 : 0));
  out.push_back(insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
  return out;
}

bool is_open_jump(const bpf_insn& i) { return (i.code & 0x07U) == BPF_JMP32 && i.off == 0; }

long bpf(int command, bpf_attr& attr) { return ::syscall(SYS_bpf, command, &attr, sizeof attr); }

}  // namespace

std::vector<bpf_insn> device_program(const DeviceSet& set) {
  std::vector<bpf_insn> out;
  // access_type is (access << 16) | type.
  out.push_back(load(BPF_REG_2, offsetof(bpf_cgroup_dev_ctx, access_type)));
  out.push_back(insn(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0));
  out.push_back(insn(BPF_ALU | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16));
  out.push_back(insn(BPF_ALU | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xFFFF));
  out.push_back(load(BPF_REG_4, offsetof(bpf_cgroup_dev_ctx, major)));
  out.push_back(load(BPF_REG_5, offsetof(bpf_cgroup_dev_ctx, minor)));
  for (const DeviceRule& rule : set.exceptions) {
    auto part = block(rule);
    for (std::size_t i = 0; i < part.size(); ++i)
      if (is_open_jump(part[i])) part[i].off = static_cast<__s16>(part.size() - i - 1);
    out.insert(out.end(), part.begin(), part.end());
  }
  out.push_back(insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, set.allow_by_default ? 1 : 0));
  out.push_back(insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
  return out;
}

Result<> attach_device_program(int directory, const DeviceSet& set) {
  const auto program = device_program(set);
  bpf_attr attr;
  std::memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attr.insns = reinterpret_cast<std::uintptr_t>(program.data());
  attr.insn_cnt = static_cast<__u32>(program.size());
  attr.license = reinterpret_cast<std::uintptr_t>("Apache");
  const UniqueFd loaded(static_cast<int>(bpf(BPF_PROG_LOAD, attr)));
  if (!loaded) return sys_fail("load the device program");
  std::memset(&attr, 0, sizeof attr);
  attr.target_fd = static_cast<__u32>(directory);
  attr.attach_bpf_fd = static_cast<__u32>(loaded.get());
  attr.attach_type = BPF_CGROUP_DEVICE;
  attr.attach_flags = BPF_F_ALLOW_MULTI;
  if (bpf(BPF_PROG_ATTACH, attr) != 0) return sys_fail("attach the device program");
  return {};
}

}  // namespace hexad::cgroup
