// The LoRa test vectors: frames made by gr-lora_sdr's transmitter (EPFL, commit 862746d), with the
// parameters they were made with in vectors.json.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "radio/css/params.h"
#include "radio/samples.h"

namespace earshot::radio {

struct LoraVector {
  std::string name;
  CssParams params;
  double rate_hz = 0;
  double carrier_hz = 0;
  double start_sample = 0;
  double amplitude = 0;
  std::vector<std::uint8_t> payload;
  Samples samples;
};

inline std::vector<std::uint8_t> bytes_of_hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline Samples read_cf32(const std::filesystem::path& path) {
  Samples samples(std::filesystem::file_size(path) / sizeof(Sample));
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(samples.data()),
            static_cast<std::streamsize>(samples.size() * sizeof(Sample)));
  return samples;
}

inline Samples read_ci8(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  Samples samples(bytes.size() / 2);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    samples[k] = Sample(bytes[2 * k], bytes[2 * k + 1]) / 128.0F;
  }
  return samples;
}

// The vectors of a folder, or none when it has no vectors.json.
inline std::vector<LoraVector> load_vectors(const std::filesystem::path& folder) {
  std::vector<LoraVector> vectors;
  std::ifstream file(folder / "vectors.json");
  if (!file) return vectors;
  for (const nlohmann::json& entry : nlohmann::json::parse(file)) {
    LoraVector vector;
    vector.name = entry.at("file").get<std::string>();
    vector.params.spreading_factor = entry.at("sf").get<int>();
    vector.params.bandwidth_hz = entry.at("bw").get<double>();
    vector.params.coding_rate = entry.at("cr").get<int>();
    vector.params.implicit_header = entry.at("implicit").get<bool>();
    vector.params.crc = entry.at("crc").get<bool>();
    vector.params.ldro = entry.at("ldro").get<bool>() ? LowDataRate::on : LowDataRate::off;
    vector.params.sync_word = entry.at("sync_word").get<std::uint8_t>();
    vector.params.preamble_symbols = entry.at("preamble").get<int>();
    vector.rate_hz = entry.at("fs").get<double>();
    vector.carrier_hz = entry.at("cfo_hz").get<double>();
    vector.start_sample = entry.at("frame_start_sample").get<double>();
    vector.amplitude = entry.at("amplitude").get<double>();
    vector.payload = bytes_of_hex(entry.at("payload").get<std::string>());
    vector.samples = read_cf32(folder / vector.name);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

inline std::vector<LoraVector> repository_vectors() {
  return load_vectors(std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/vectors/lora");
}

// Optional data beside the checkout; empty path when there is none.
inline std::filesystem::path shared_data() {
  const char* set = std::getenv("EARSHOT_SHARED");
  const std::filesystem::path folder =
      set != nullptr ? set : std::filesystem::path(EARSHOT_SOURCE_DIR) / ".." / "shared";
  return std::filesystem::exists(folder / "vectors/lora/vectors.json") ? folder
                                                                       : std::filesystem::path();
}

}  // namespace earshot::radio
