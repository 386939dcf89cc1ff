#include "verifier/transparency.h"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "verifier/complaints.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kNetworkSuffix = "/network";
constexpr std::string_view kWitnessSuffix = "/witness";

TileHashes hashes_of(const MessageStore& store) {
  return [&store](int level, std::uint64_t index) -> Result<Hash256> {
    const Result<std::vector<Hash256>> found = store.tile_hashes(level, index, 1);
    if (!found) return fail(found.error());
    if (found->empty()) return fail(Errc::unavailable, "the log is shorter than its head");
    return found->front();
  };
}

Result<std::unique_ptr<WitnessDesk>> open_witness(const Config& config) {
  if (config.cosigning.logs.empty()) return std::unique_ptr<WitnessDesk>();
  const std::string path = config.store.directory + "/witness.key";
  if (!std::filesystem::exists(path)) {
    if (Result<void> made = write_key_file(path, random_seed()); !made) return fail(made.error());
  }
  const Result<SigningKey> key = read_key_file(path);
  if (!key) return fail(key.error());
  Result<NoteSigner> signer = make_note_signer(config.identity.name + std::string(kWitnessSuffix),
                                               key->seed, NoteKeyType::cosignature_v1);
  if (!signer) return fail(signer.error());
  std::map<std::string, NoteKey> logs;
  for (const std::string& text : config.cosigning.logs) {
    const Result<NoteKey> log = parse_note_key(text);
    if (!log) return fail(Errc::configuration, "cosigning.logs: " + log.error().detail);
    logs.emplace(log->name, *log);
  }
  return WitnessDesk::open(config.store.directory + "/witness",
                           CheckpointWitness(*std::move(signer), std::move(logs)));
}

}  // namespace

// Two threads complain, each about its own.
class Transparency::Say {
 public:
  explicit Say(spdlog::logger& log) : publishing(log), cosigning(log) {}
  Complaints publishing;
  Complaints cosigning;
};

namespace {

void tell(Complaints& complaints, const std::string& subject, const Result<void>& done) {
  if (done) {
    complaints.works(subject);
  } else {
    complaints.failed(subject, done.error().detail);
  }
}

}  // namespace

Transparency::Transparency(spdlog::logger& log) : say_(std::make_unique<Say>(log)) {}
Transparency::~Transparency() = default;

Result<std::unique_ptr<Transparency>> Transparency::open(const Config& config,
                                                         const NoteSigner& intake,
                                                         const MessageStore& store,
                                                         const RegistryStore& registry,
                                                         spdlog::logger& log) {
  std::unique_ptr<Transparency> out(new Transparency(log));
  std::vector<WitnessAddress> witnesses;
  for (const std::string& text : config.cosigning.witnesses) {
    Result<WitnessAddress> address = parse_witness_address(text);
    if (!address)
      return fail(Errc::configuration, "cosigning.witnesses: " + address.error().detail);
    witnesses.push_back(*std::move(address));
  }
  Result<std::unique_ptr<LogDirectory>> files =
      LogDirectory::open(config.store.directory + "/network");
  if (!files) return fail(files.error());
  out->files_ = *std::move(files);
  out->epochs_ = std::make_unique<NetworkLog>(*out->files_, registry);
  Result<NoteSigner> network =
      make_note_signer(intake.key.name + std::string(kNetworkSuffix), intake.secret.seed);
  if (!network) return fail(network.error());
  Result<std::unique_ptr<WitnessDesk>> witness = open_witness(config);
  if (!witness) return fail(witness.error());
  out->witness_ = *std::move(witness);
  out->has_witnesses_ = !witnesses.empty();
  out->interval_ = config.cosigning.interval_seconds * kNanosPerSecond;
  const std::size_t least = config.cosigning.least;
  out->intake_ = std::make_unique<CosignedLog>(CosignedLog::Parts{
      intake, [&store] { return store.log_head(); }, hashes_of(store), witnesses, least});
  LogDirectory& network_files = *out->files_;
  out->network_ = std::make_unique<CosignedLog>(
      CosignedLog::Parts{*network, [&network_files] { return network_files.head(); },
                         network_files.hashes(), witnesses, least});
  return out;
}

void Transparency::catch_up() {
  const Result<std::uint64_t> done = epochs_->catch_up();
  tell(say_->publishing, "network log", done ? Result<void>() : fail(done.error()));
}

void Transparency::refresh_due(UnixNanos now) {
  if (now - refreshed_ < interval_) return;
  refreshed_ = now;
  tell(say_->cosigning, "cosignatures of the intake log", intake_->refresh());
  tell(say_->cosigning, "cosignatures of the network log", network_->refresh());
}

void Transparency::start(const Clock& clock) {
  if (!has_witnesses_) return;
  ticker_.emplace(clock, [this](UnixNanos, UnixNanos now) { refresh_due(now); });
}

}  // namespace earshot::verifier
