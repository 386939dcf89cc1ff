// make-busy-air OUTPUT.cs8 --seconds S [--sf N]... [--channels N]: a recording of 2 MS/s, three
// bits of noise, and in eight channels beacons one after the other. What scripts/measure-hotspot
// lets a hotspot hear.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "tests/bench/busy_air.h"

namespace {

using namespace earshot::radio;

constexpr double kNoiseSteps = 3;  // Root mean square, in steps of the 8-bit samples.
constexpr double kSnr = 10;        // Decibels in the channel.

bool write(const std::string& path, const Samples& samples, double step) {
  std::ofstream file(path, std::ios::binary);
  std::vector<char> bytes;
  bytes.reserve(2 * samples.size());
  const auto rounded = [step](float value) {
    return static_cast<char>(std::clamp(std::lround(value / step), -128L, 127L));
  };
  for (const Sample& sample : samples) {
    bytes.push_back(rounded(sample.real()));
    bytes.push_back(rounded(sample.imag()));
  }
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(file.flush());
}

int run(int argc, char** argv) {
  CLI::App app("A recording in which every channel is full of frames");
  std::string output;
  double seconds = 0;
  std::vector<int> factors;
  int channels = kGatewayChannels;
  app.add_option("output", output, "raw samples, cs8, 2 MS/s")->required();
  app.add_option("--seconds", seconds)->required()->check(CLI::Range(0.1, 60.0));
  app.add_option("--sf", factors, "spreading factors; without: noise alone")
      ->check(CLI::Range(7, 12));
  app.add_option("--channels", channels, "so many of the eight, the lowest first")
      ->check(CLI::Range(1, kGatewayChannels));
  CLI11_PARSE(app, argc, argv);

  Samples samples(static_cast<std::size_t>(seconds * kGatewayRate));
  const double noise = kGatewayRate / kBandwidth / power_ratio(kSnr);
  add_noise(samples, {7, 7}, 0, noise);
  const std::size_t sent = factors.empty() ? 0 : fill_gateway(samples, channels, factors, true);
  if (!write(output, samples, std::sqrt(noise / 2) / kNoiseSteps)) {
    std::cerr << "make-busy-air: cannot write " << output << "\n";
    return 69;
  }
  std::cout << sent << " frames\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make-busy-air: %s\n", error.what());
    return 1;
  }
}
