// Another receiver beside ours, on the same samples, core and run. Which one, and how it was built,
// is not this project's business: a command that keeps to this is enough.
//
//   COMMAND FILE SF
//
// FILE holds complex floats (little-endian, I then Q) at one sample per chip: one channel of 125
// kHz at spreading factor SF, explicit headers, CRC, sync word 0x12. The last line that the command
// prints is JSON: {"samples_per_s": ..., "frames": ...}, samples by the CPU time that receiving
// them took.
#pragma once
#include <string>

#include "core/result.h"
#include "radio/samples.h"

namespace earshot::radio {

struct PeerRun {
  double samples_per_second = 0;
  int frames = 0;  // With a right CRC.
};

// Errc::unavailable when it cannot be run or prints something else.
Result<PeerRun> run_peer(const std::string& command, SampleView samples, int spreading_factor);

}  // namespace earshot::radio
