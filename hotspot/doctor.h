// Everything that keeps a hotspot from being paid, looked at in one go.
#pragma once
#include "hotspot/config.h"

namespace earshot::hotspot {

enum class Health { good, warning, bad };
struct Finding {
  std::string what;  // "device", "clock", "verifier"
  Health health = Health::good;
  std::string detail;  // What was found, and what to do about it.
};

// Device, gain, clipping, clock, disk, permissions, verifier, region, time on the air. Takes a few
// seconds; the device must not be in use. Never fails: what cannot be looked at is a finding.
std::vector<Finding> examine(const Config& config);

// Pure parts, for tests.
Finding judge_level(double noise_dbfs, double clipped_share);
Finding judge_clock(ClockClass claimed, bool is_synchronised, std::int64_t host_error_ns,
                    std::uint64_t claimed_error_ps);

std::string to_text(const std::vector<Finding>& findings);
std::string to_json(const std::vector<Finding>& findings);
bool is_healthy(const std::vector<Finding>& findings);  // No finding is bad.

}  // namespace earshot::hotspot
