// A plugin for qemu-user: counts the instructions that a program of another machine executes and
// says so when it ends. scripts/measure-instructions builds it and runs programs under it. The
// declarations are those of qemu's plugin interface, version 1, which has no header in Debian.
#include <atomic>
#include <cstdint>
#include <cstdio>

extern "C" {
struct qemu_info_t;
struct qemu_plugin_tb;
void qemu_plugin_register_vcpu_tb_trans_cb(std::uint64_t id,
                                           void (*translated)(std::uint64_t, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_tb_exec_cb(qemu_plugin_tb* block, void (*executed)(unsigned, void*),
                                          int flags, void* data);
void qemu_plugin_register_atexit_cb(std::uint64_t id, void (*ended)(std::uint64_t, void*),
                                    void* data);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);

extern const int qemu_plugin_version;
const int qemu_plugin_version = 1;
int qemu_plugin_install(std::uint64_t id, const qemu_info_t* info, int count, char** arguments);
}

namespace {

std::atomic<std::uint64_t> executed_instructions;

void count(unsigned /*cpu*/, void* instructions) {
  executed_instructions.fetch_add(reinterpret_cast<std::uintptr_t>(instructions),
                                  std::memory_order_relaxed);
}

void watch(std::uint64_t /*id*/, qemu_plugin_tb* block) {
  constexpr int kNoRegisters = 0;
  const std::uintptr_t instructions = qemu_plugin_tb_n_insns(block);
  qemu_plugin_register_vcpu_tb_exec_cb(block, count, kNoRegisters,
                                       reinterpret_cast<void*>(instructions));
}

void tell(std::uint64_t /*id*/, void* /*data*/) {
  std::fprintf(stderr, "instructions: %llu\n",
               static_cast<unsigned long long>(executed_instructions.load()));
}

}  // namespace

int qemu_plugin_install(std::uint64_t id, const qemu_info_t* /*info*/, int /*count*/,
                        char** /*arguments*/) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, watch);
  qemu_plugin_register_atexit_cb(id, tell, nullptr);
  return 0;
}
