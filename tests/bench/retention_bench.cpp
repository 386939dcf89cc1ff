// What an epoch leaves on a verifier's disk, before and after its messages are put away: honest
// epochs with 14 witnesses a beacon, each message in a batch of its own, in the service's own
// stores.
//
//   bench-retention [--json] [--short] [--hotspots N] [--epochs N] [--keep EPOCHS] [--directory
//   DIR]
//
// For each epoch: what the messages, the intake log, the registry and the network log take then.
// Messages are bounded when they stop growing once the first epoch goes; the rest is what stays.
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/bench/cpu_seconds.h"
#include "tests/doubles/record_builder.h"
#include "verifier/epoch_calendar.h"
#include "verifier/message_retention.h"
#include "verifier/network_log.h"
#include "verifier/publication.h"
#include "verifier/rocks_store.h"

namespace earshot::verifier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr NetworkId kNetwork = 31337;
constexpr std::size_t kTown = 15;        // Hotspots that hear each other: 14 witnesses.
constexpr double kTownsApart = 200'000;  // Metres; nobody hears another town.
constexpr std::size_t kTownsInARow = 6;
constexpr std::size_t kRequestsAtOnce = 64;  // That share a write.

std::uint64_t bytes_in(const fs::path& directory, const std::string& prefix = "") {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const bool counts = entry.path().filename().string().starts_with(prefix);
    if (entry.is_regular_file() && counts) bytes += entry.file_size();
  }
  return bytes;
}

struct How {
  std::size_t hotspots = 600;
  std::size_t epochs = 6;
  std::size_t keep = 2;  // Epochs.
  fs::path directory = fs::temp_directory_path() / ("bench-retention-" + std::to_string(getpid()));
};

class Years {
 public:
  explicit Years(const How& how)
      : how_(how),
        store_(*RocksStore::open((how.directory / "messages").string(), {.network = kNetwork})),
        registry_(*RegistryStore::open((how.directory / "registry.sqlite").string(), kNetwork)),
        files_(*LogDirectory::open((how.directory / "network").string())) {
    for (std::size_t i = 0; i < how.hotspots; ++i) {
      const std::size_t town = i / kTown;
      const std::size_t house = i % kTown;
      builder_.add_hotspot(static_cast<double>(town % kTownsInARow) * kTownsApart +
                               static_cast<double>(house % 5) * 1000,
                           static_cast<double>(town / kTownsInARow) * kTownsApart +
                               static_cast<double>(house / 5) * 1000);
    }
    static_cast<void>(registry_->set_first_epoch(builder_.head().epoch));
  }

  Json run() {
    Json epochs = Json::array();
    for (std::size_t i = 0; i < how_.epochs; ++i) epochs.push_back(live(i));
    const Json& first = epochs.front();
    const auto reports = first["reports"].get<double>();
    const Json& last = epochs.back();
    const auto each = [&](const char* name) {
      return (last[name].get<double>() - first[name].get<double>()) /
             (reports * static_cast<double>(how_.epochs - 1));
    };
    return {{"epochs", epochs},
            {"reports_per_epoch", reports},
            {"message_bytes_per_report", first["message_bytes"].get<double>() / reports},
            {"most_message_bytes_kept_per_report_and_epoch",
             last["message_bytes"].get<double>() / reports /
                 static_cast<double>(std::min(how_.keep + 1, how_.epochs))},
            {"log_bytes_per_report", each("log_bytes")},
            {"registry_bytes_per_report", each("registry_bytes")},
            {"network_log_bytes_per_report", each("network_bytes")},
            {"put_away_cpu_us_per_report", last["put_away_cpu_s"].get<double>() * 1e6 / reports}};
  }

 private:
  Json live(std::size_t number) {
    const EpochRecord record = next_record();
    take_in(record, number == 0);
    const EpochOutcome outcome = *judge_epoch(record, builder_.policy());
    const std::size_t accepted = static_cast<std::size_t>(
        std::ranges::count(outcome.verdicts, Decision::accepted, &Verdict::decision));
    if (!registry_->add_sealed(publish(record, builder_.policy(), outcome)) ||
        !registry_->set_evidence_forgotten(record.epoch) ||
        !NetworkLog(*files_, *registry_).catch_up()) {
      std::cerr << "bench-retention: the disk does not take an epoch\n";
      std::exit(69);
    }
    builder_.follow(outcome);
    const std::uint64_t before = store_->message_bytes();
    const double start = cpu_seconds();
    put_away(record.epoch);
    return {{"reports", record.messages.size()},
            {"accepted", accepted},
            {"message_bytes_before", before},
            {"message_bytes", store_->message_bytes()},
            {"put_away_cpu_s", cpu_seconds() - start},
            {"oldest_epoch_kept", epoch_of_round(builder_.policy(), store_->first_kept())},
            {"log_bytes", store_->log_bytes()},
            {"registry_bytes", bytes_in(how_.directory, "registry.sqlite")},
            {"network_bytes", bytes_in(how_.directory / "network")}};
  }
  // As if each message had been sent by itself.
  EpochRecord next_record() {
    builder_.fill();
    const std::vector<Draft> drafts = std::exchange(builder_.drafts(), {});
    EpochRecord record = builder_.build();
    for (const Draft& draft : drafts) {
      record.messages.push_back(builder_.sign(draft.hotspot, {draft.message}).front());
    }
    canonicalize(record);
    builder_.draw(record);
    return record;
  }
  void take_in(const EpochRecord& record, bool onboards) {
    WriteSet writes;
    std::size_t waiting = 0;
    const auto flush = [&] {
      if (!store_->commit(writes)) std::exit(69);
      writes = {};
      waiting = 0;
    };
    const auto take = [&](const LoggedMessage& logged) {
      const Hash256 header = header_id(kNetwork, logged.header.header);
      const Hash256 id = message_id(kNetwork, logged.message);
      writes.headers.push_back({header, logged.header, logged.header_received});
      writes.log.push_back({LogKind::header, logged.header_received, header});
      writes.messages.push_back(
          {id, logged.message, header, logged.index, logged.path, logged.body_received});
      writes.statements.emplace_back(statement_bytes(logged.message), id);
      writes.log.push_back({LogKind::message, logged.body_received, id});
      if (++waiting == kRequestsAtOnce) flush();
    };
    for (const LoggedMessage& logged : record.onboardings) {
      if (onboards) take(logged);
    }
    for (const LoggedMessage& logged : record.messages) take(logged);
    flush();
  }
  void put_away(std::uint64_t sealed) {
    Ingest ingest(kNetwork, *store_);
    spdlog::logger quiet("quiet", std::make_shared<spdlog::sinks::null_sink_st>());
    const UnixNanos epoch =
        static_cast<UnixNanos>(builder_.policy().epoch_rounds) * kRoundSeconds * kNanosPerSecond;
    MessageRetention retention({builder_.policy(), *store_, *registry_, ingest, quiet},
                               {.keep = static_cast<UnixNanos>(how_.keep) * epoch,
                                .pause = 0,
                                .published = [this] { return files_->head().size; },
                                .forget_agreement = {}});
    retention.tick(seal_time(builder_.policy(), sealed));
  }

  How how_;
  RecordBuilder builder_;
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<RegistryStore> registry_;
  std::unique_ptr<LogDirectory> files_;
};

int run(int argc, char** argv) {
  CLI::App app("What epochs leave on a verifier's disk");
  How how;
  bool as_json = false;
  bool is_short = false;
  app.add_flag("--json", as_json, "Figures as JSON");
  app.add_flag("--short", is_short, "Seconds, for the tests");
  app.add_option("--hotspots", how.hotspots, "How many speak")->check(CLI::Range(15, 100'000));
  app.add_option("--epochs", how.epochs, "How many are judged")->check(CLI::Range(2, 1000));
  app.add_option("--keep", how.keep, "Epochs whose messages stay")->check(CLI::Range(0, 1000));
  app.add_option("--directory", how.directory, "Where the stores are made, and removed");
  CLI11_PARSE(app, argc, argv);
  if (is_short) how.hotspots = 30, how.epochs = 3, how.keep = 1;
  fs::create_directories(how.directory);
  const Json out = Years(how).run();
  fs::remove_all(how.directory);
  if (as_json) {
    std::cout << out.dump(1) << "\n";
    return 0;
  }
  for (const auto& [name, value] : out.items()) std::cout << name << " " << value << "\n";
  return 0;
}

}  // namespace
}  // namespace earshot::verifier

int main(int argc, char** argv) { return earshot::verifier::run(argc, argv); }
