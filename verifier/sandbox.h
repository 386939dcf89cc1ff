// A process that can compute and nothing else: no file, no network, no other process. For parsing
// what strangers send. Needs no privilege (seccomp after no_new_privs, and resource limits).
#pragma once
#include <cstdint>

#include "core/result.h"

namespace earshot::verifier {

// Closes every descriptor but standard input, output and error, then takes everything away but
// reading and writing those three, memory, and exit. For the rest of this process's life; other
// calls fail with EPERM. Call it while there is one thread. Errc::unavailable when the kernel
// refuses: then nothing may be parsed.
Result<void> enter_sandbox(std::uint64_t max_memory_bytes, std::uint64_t max_cpu_seconds);

// The whole life of a process that measures: enters the sandbox, reads one request from standard
// input to its end, writes the answer to standard output. Gives the exit code: 0 answered, 65 no
// request, 69 no sandbox.
int run_measuring_process();

}  // namespace earshot::verifier
