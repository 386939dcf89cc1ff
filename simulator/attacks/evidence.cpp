#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "simulator/attacks/attack.h"

namespace earshot::simulator {
namespace {

struct Committed {
  Hash256 report{};
  Hash256 root{};
  std::uint64_t bytes = 0;
};

// The samples that the ring keeps for `report` (hotspot/evidence_store.h names the file).
std::optional<Bytes> kept_samples(const std::string& state_directory, const Hash256& report) {
  const std::string ending = "-" + to_hex(report) + ".sigmf-data";
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(state_directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().ends_with(ending)) continue;
    std::ifstream file(entry->path(), std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
  }
  return std::nullopt;
}

}  // namespace

hotspot::SimulationSeams evidence_seams(const AttackSite& site) {
  const auto first = std::make_shared<std::optional<Committed>>();
  hotspot::SimulationSeams seams;
  seams.before_signing = [first, network = site.network](Message& message) {
    auto* report = std::get_if<WitnessReport>(&message);
    if (report == nullptr) return;
    if (!*first) {
      *first = {message_id(network, message), report->evidence_root, report->evidence_bytes};
      return;
    }
    report->evidence_root = (*first)->root;
    report->evidence_bytes = (*first)->bytes;
  };
  seams.before_answering = [first, directory = site.state_directory](const Hash256& report,
                                                                     Bytes& samples) {
    if (!*first) return;
    if (report == (*first)->report) {
      for (std::size_t i = 0; i < samples.size(); i += 2) samples[i] ^= 1;
    } else if (std::optional<Bytes> other = kept_samples(directory, (*first)->report)) {
      samples = std::move(*other);
    }
  };
  return seams;
}

}  // namespace earshot::simulator
