// Several verifiers in one process, whole but for their sockets: they pull from each other through
// their HTTP handlers, and a test may stand in between.
#pragma once
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <vector>

#include "tests/doubles/fake_blocks.h"
#include "tests/doubles/memory_store.h"
#include "tests/doubles/record_builder.h"
#include "verifier/api.h"
#include "verifier/epoch_calendar.h"
#include "verifier/epoch_driver.h"
#include "verifier/ingest.h"
#include "verifier/quorum/quorum_service.h"

namespace earshot::verifier {

inline constexpr UnixNanos kVillageMinute = 60 * kNanosPerSecond;
inline constexpr EvmAddress kVillageContract = {0xC0};

// A verifier's view of payment channels, as a test wants it.
struct MemoryBooks final : ChannelBooks {
  void close(std::uint64_t epoch) override { closed = std::max(closed, epoch); }
  Result<rewards::channels::Book> book(std::uint64_t epoch, UnixNanos) override {
    close(epoch);
    if (node_is_down) return fail(Errc::unavailable, "the node does not answer");
    rewards::channels::Book made = deposits;
    made.contract = kVillageContract;
    if (const auto found = ends.find(epoch); found != ends.end()) made.ends = found->second;
    canonicalize(made, 31337);
    return made;
  }

  rewards::channels::Book deposits;  // Its deposits, verifiers and block.
  std::map<std::uint64_t, std::vector<rewards::channels::ChannelEnd>> ends;
  std::uint64_t closed = 0;
  bool node_is_down = false;
};

class VerifierVillage {
 public:
  // Changes what `from` answers to `to`; nothing: as if it were down.
  using Wire = std::function<std::optional<HttpResponse>(
      std::size_t from, std::size_t to, const std::string& path, const HttpResponse& true_answer)>;

  struct Verifier {
    VirtualClock clock{0};
    MemoryStore store;
    std::unique_ptr<RegistryStore> registry;
    NoteSigner signer;
    rewards::chain::AccountKey account;
    std::unique_ptr<Ingest> ingest;
    std::unique_ptr<EvidenceDesk> evidence;
    MemoryBooks books;
    std::unique_ptr<QuorumService> quorum;
    std::unique_ptr<EpochDriver> driver;
    std::unique_ptr<Api> api;
    std::ostringstream lines;
    std::unique_ptr<spdlog::logger> log;
    bool is_down = false;
    bool was_down = false;  // Set when it comes back.

    Bytes record(std::uint64_t epoch) { return (**registry->sealed(epoch)).record; }
    Bytes seal(std::uint64_t epoch) { return (**registry->sealed(epoch)).seal; }
    Bytes artifact(std::uint64_t epoch) { return (**registry->sealed(epoch)).artifact; }
  };

  static constexpr std::uint64_t kEpoch = 2'400'000;  // The first.
  static rewards::Policy village_policy();

  VerifierVillage(std::size_t count, std::size_t threshold, bool has_channels = false);

  // To `time` through every minute and, where links are due, through its first seconds; all step
  // by step together.
  void go(UnixNanos time);
  void add_hotspots(std::size_t count);
  // What hotspots know of an epoch's rounds: what verifier `of` released.
  void learn_entropy(std::uint64_t epoch, std::size_t of = 0);
  void take_header(std::size_t verifier, const SignedHeader& header);
  void take_body(std::size_t verifier, const Batch& batch);
  // The hotspot's drafts as one batch.
  std::pair<SignedHeader, Batch> batch_of(std::size_t hotspot);
  // Everything that was said in the epoch, in time to all verifiers, one after another.
  // `change` looks at each message before it is signed.
  void speak(std::uint64_t epoch, const std::function<void(Message&)>& change = {});

  rewards::Policy policy = village_policy();
  RecordBuilder builder{policy};
  FakeBlocks blocks;
  std::vector<std::unique_ptr<Verifier>> verifiers;
  Wire wire;
  // What verifier `i` signs instead of an epoch.
  std::function<void(std::size_t i, rewards::chain::Epoch& epoch)> on_sign;

 private:
  class DirectPeer;
  void add_verifier(std::size_t i, Quorum quorum);

  Config config_;
};

}  // namespace earshot::verifier
