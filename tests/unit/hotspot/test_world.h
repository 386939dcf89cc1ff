// What the hotspot's tests share: a directory that goes away, keys, settings, a verifier that says
// what it is told to.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <string>

#include "hotspot/settings.h"
#include "hotspot/transport.h"

namespace earshot::hotspot {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = ::testing::TempDir() + "earshot-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Identity test_identity(std::uint8_t number) {
  ByteArray<32> seed{};
  seed.fill(number);
  return identity_from_seed(seed);
}

inline Settings test_settings() {
  Settings settings;
  settings.network = 31337;
  settings.owner.fill(0xA1);
  settings.region = RegionId::eu868;
  settings.antenna_gain_ddbi = 21;
  settings.position = to_ecef({46.52, 6.63, 450});
  settings.transmits = true;
  settings.clock = ClockClass::gnss;
  settings.clock_error_ps = 100'000;
  return settings;
}

// A whole window: what a round is counted within.
inline constexpr Round kTestRound = 29'700'000;
static_assert(kTestRound % 360 == 0);

inline WitnessReport test_report(const Identity& identity, Round round, std::uint8_t number) {
  WitnessReport report;
  report.hotspot = identity.signing.public_key;
  report.round = round;
  report.tag.fill(number);
  report.spreading_factor = 7;
  report.bandwidth_hz = kBeaconBandwidthHz;
  report.frequency_hz = 868'100'000;
  report.evidence_bytes = 4096;
  report.evidence_rate_hz = 250'000;
  report.evidence_centre_hz = 868'100'000;
  return report;
}

// Remembers what it is sent; answers from a script, then with its handler.
class FakeTransport final : public Transport {
 public:
  Result<HttpResponse> exchange(const HttpRequest& request) override {
    requests.push_back(request);
    return handler(request);
  }

  std::function<Result<HttpResponse>(const HttpRequest&)> handler = [](const HttpRequest&) {
    return HttpResponse{202, std::nullopt, "{}"};
  };
  std::vector<HttpRequest> requests;
};

}  // namespace earshot::hotspot
