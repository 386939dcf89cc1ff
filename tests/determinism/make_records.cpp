// Writes the records that every build has to judge alike: make-records tests/vectors/records.
// Needed when the record's format or the policy changes; what comes out is committed.
#include <cstdio>
#include <fstream>
#include <random>

#include "core/files.h"
#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

rewards::Policy policy_from(const std::string& name) {
  const std::string path = EARSHOT_SOURCE_DIR "/rewards/policies/" + name + ".toml";
  rewards::Policy policy = rewards::parse_policy(*read_file(path), path).value();
  policy.epoch_rounds = 12;
  policy.sortition.window_rounds = 4;
  return policy;
}

void save(const std::string& stem, const EpochRecord& record, const rewards::Policy& policy) {
  const Bytes bytes = encode(record);
  std::ofstream(stem + ".record", std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  std::ofstream(stem + ".policy.toml") << rewards::policy_to_toml(policy);
}

// A town with newcomers, crowds, a liar, forgeries and noise that two share; two epochs of it.
void make(const std::string& directory, const std::string& name) {
  RecordBuilder builder(policy_from(name), 7);
  std::mt19937_64 bits(7);
  for (int i = 0; i < 6; ++i) builder.add_hotspot(2'000.0 * i, 1'700.0 * (i % 3));
  builder.add_hotspot(40, 30);
  builder.add_hotspot(1'000, 6'000, false);
  builder.hotspot(3).onboarding.position.y_mm += 4'000'000;
  builder.on_noise = [&bits](NoisePair& pair) {
    pair.correlation_ppm = static_cast<std::uint32_t>(bits() % 60'000);
  };
  builder.on_audit = [&bits](AuditRecord& audit) {
    if (bits() % 4 == 0) audit.rssi_cdbm += 100;
  };
  for (int epoch = 0; epoch < 2; ++epoch) {
    builder.fill();
    for (Draft& draft : builder.drafts()) {
      auto* report = std::get_if<WitnessReport>(&draft.message);
      if (report == nullptr || bits() % 5 != 0) continue;
      report->rssi_cdbm += static_cast<std::int32_t>(bits() % 12'000) - 3'000;
      report->receive_ps += static_cast<std::int64_t>(bits() % 4'000'000);
    }
    const EpochRecord record = builder.build();
    save(directory + "/" + name + "-" + std::to_string(epoch), record, builder.policy());
    builder.follow(judge_epoch(record, builder.policy()).value());
  }
}

}  // namespace
}  // namespace earshot::verifier

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: make-records DIR\n"), 2;
  for (const char* policy : {"earshot-1", "helium-iot"}) earshot::verifier::make(argv[1], policy);
  return 0;
}
