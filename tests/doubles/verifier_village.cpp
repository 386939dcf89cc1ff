#include "tests/doubles/verifier_village.h"

#include <gtest/gtest.h>

#include "verifier/log/note.h"

namespace earshot::verifier {
namespace {

ByteArray<32> seed_of(std::size_t verifier, std::uint8_t what) {
  ByteArray<32> seed{};
  seed[0] = what;
  seed[31] = static_cast<std::uint8_t>(verifier + 1);
  return seed;
}

Quorum quorum_of_village(std::size_t count, std::size_t threshold) {
  Quorum quorum;
  quorum.network = 31337;
  quorum.threshold = threshold;
  quorum.first_epoch = VerifierVillage::kEpoch;
  quorum.commit_ahead = 10 * kVillageMinute;
  quorum.step = kVillageMinute;
  quorum.contract = kVillageContract;
  for (std::size_t i = 0; i < count; ++i) {
    const NoteSigner log = *make_note_signer("verifier-" + std::to_string(i), seed_of(i, 1));
    quorum.members.push_back({"", log.key, rewards::chain::account_key(seed_of(i, 2))->address});
  }
  std::ranges::sort(quorum.members, std::less{}, &Member::address);
  return quorum;
}

}  // namespace

class VerifierVillage::DirectPeer final : public Peer {
 public:
  DirectPeer(VerifierVillage& village, std::size_t from, std::size_t to)
      : village_(village), from_(from), to_(to) {}

  Result<std::optional<std::string>> get(const std::string& path,
                                         std::chrono::milliseconds /*patience*/) override {
    Verifier& asked = *village_.verifiers[from_];
    if (asked.is_down) return fail(Errc::unavailable, "connection refused");
    HttpResponse answer = asked.api->handle_request({"GET", path, "", ""});
    if (village_.wire) {
      std::optional<HttpResponse> changed = village_.wire(from_, to_, path, answer);
      if (!changed) return fail(Errc::unavailable, "connection refused");
      answer = std::move(*changed);
    }
    if (answer.status == 404) return std::optional<std::string>{};
    if (answer.status != 200) return fail(Errc::unavailable, std::to_string(answer.status));
    return std::optional<std::string>{answer.body};
  }

 private:
  VerifierVillage& village_;
  std::size_t from_;
  std::size_t to_;
};

rewards::Policy VerifierVillage::village_policy() {
  rewards::Policy policy = RecordBuilder::short_policy();  // Epochs of 12 rounds.
  policy.grace_seconds = 2 * 3600;
  policy.audit_answer_seconds = 1800;
  policy.audit_share_ppm = 500'000;
  return policy;
}

VerifierVillage::VerifierVillage(std::size_t count, std::size_t threshold, bool has_channels) {
  config_.simulation.virtual_clock = true;
  builder.head().epoch = kEpoch;
  Quorum quorum = quorum_of_village(count, threshold);
  quorum.has_channels = has_channels;
  for (std::size_t i = 0; i < count; ++i) add_verifier(i, quorum);
}

// Verifier `i` is the member with the i-th address.
void VerifierVillage::add_verifier(std::size_t i, Quorum quorum) {
  const std::size_t count = quorum.size();
  quorum.self = i;
  auto& made = *verifiers.emplace_back(std::make_unique<Verifier>());
  for (std::size_t key = 0; key < count; ++key) {
    const auto account = *rewards::chain::account_key(seed_of(key, 2));
    if (account.address != quorum.members[i].address) continue;
    made.account = account;
    made.signer = *make_note_signer("verifier-" + std::to_string(key), seed_of(key, 1));
  }
  made.log = std::make_unique<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_st>(made.lines));
  made.registry = *RegistryStore::open(":memory:", 31337);
  made.ingest = std::make_unique<Ingest>(31337, made.store);
  made.evidence = std::make_unique<EvidenceDesk>(made.store, *made.registry, 1U << 20);
  std::vector<std::unique_ptr<Peer>> peers;
  for (std::size_t from = 0; from < count; ++from) {
    peers.push_back(from == i ? nullptr : std::make_unique<DirectPeer>(*this, from, i));
  }
  made.quorum = *QuorumService::make(
      {config_, policy, made.store, *made.registry, *made.evidence, blocks, made.signer,
       [i](std::uint64_t epoch) {
         return ByteArray<32>{1, static_cast<std::uint8_t>(epoch), static_cast<std::uint8_t>(i)};
       },
       *made.log, &made.books},
      quorum, *QuorumStore::open(":memory:", 31337), std::move(peers),
      [this, i, account = made.account](const rewards::Artifact& artifact) {
        rewards::chain::Epoch epoch = rewards::chain::epoch_of(artifact, 1);
        if (on_sign) on_sign(i, epoch);
        rewards::chain::AccountSigner signer(account);
        return sign_epoch_for({31337, kVillageContract}, epoch, signer);
      });
  const DriverRules rules{.network = 31337,
                          .commit_ahead = 10 * kVillageMinute,
                          .agreement = &made.quorum->agreement()};
  made.driver = std::make_unique<EpochDriver>(policy, rules, made.store, *made.registry,
                                              made.quorum->entropy(), *made.log);
  made.api = std::make_unique<Api>(Api::Parts{.network = 31337,
                                              .policy = policy,
                                              .clock = made.clock,
                                              .store = made.store,
                                              .registry = *made.registry,
                                              .ingest = *made.ingest,
                                              .evidence = *made.evidence,
                                              .log_signer = made.signer,
                                              .quorum = &made.quorum->desk(),
                                              .move_clock = {}});
}

void VerifierVillage::go(UnixNanos time) {
  UnixNanos now = 0;
  for (const auto& verifier : verifiers) now = std::max(now, verifier->clock.now());
  const auto step = [&](UnixNanos at) {
    for (const auto& verifier : verifiers) {
      if (verifier->is_down || verifier->clock.now() >= at) continue;
      if (verifier->was_down) {
        // A clock goes on while a service is down: what was due meanwhile is gone.
        verifier->clock.advance_to(at - 1);
        verifier->was_down = false;
      }
      EXPECT_TRUE(verifier->driver->move_clock(verifier->clock, at));
    }
  };
  if (now == 0) step(now = time / kVillageMinute * kVillageMinute);
  while (now < time) {
    for (const UnixNanos second : {2, 5}) {
      const UnixNanos at = now / kVillageMinute * kVillageMinute + second * kNanosPerSecond;
      if (at > now && at <= time) step(at);
    }
    now = std::min(time, (now / kVillageMinute + 1) * kVillageMinute);
    blocks.mine();
    step(now);
  }
}

void VerifierVillage::add_hotspots(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    builder.add_hotspot(3000.0 * static_cast<double>(i), i % 2 == 0 ? 0 : 4000);
    const Onboarding onboarding = builder.hotspot(i).onboarding;
    const SignedHeader header = builder.sign(i, {onboarding})[0].header;
    for (std::size_t v = 0; v < verifiers.size(); ++v) {
      take_header(v, header);
      take_body(v, {header_id(31337, header.header), {onboarding}});
    }
  }
}

void VerifierVillage::learn_entropy(std::uint64_t epoch, std::size_t of) {
  EpochRecord& head = builder.head();
  QuorumStore& store = verifiers[of]->quorum->store();
  const auto commitments = *commitments_of(store, **store.decision(epoch, Phase::commitment));
  head.epoch = epoch;
  head.block_hash = **store.block(epoch);
  head.first_entropy_round = rewards::first_round_of_epoch(policy, epoch);
  head.minimum_links = static_cast<std::uint32_t>(verifiers[of]->quorum->quorum().threshold);
  head.commitments.clear();
  for (const auto& one : commitments) head.commitments.push_back(one ? one->tip : Hash256{});
  head.links.assign(policy.epoch_rounds, std::vector<Hash256>(verifiers.size()));
  for (std::size_t i = 0; i < head.links.size(); ++i) {
    const Round round = head.first_entropy_round + i;
    if (!*verifiers[of]->registry->released(round)) continue;
    head.links[i] = store.links(round, verifiers.size())->links;
  }
  builder.drafts().clear();
}

void VerifierVillage::take_header(std::size_t verifier, const SignedHeader& header) {
  Verifier& to = *verifiers[verifier];
  const Intake intake = to.ingest->take_headers(std::span(&header, 1), to.clock.now());
  EXPECT_EQ(intake.status, IntakeStatus::accepted) << intake.detail;
}

void VerifierVillage::take_body(std::size_t verifier, const Batch& batch) {
  Verifier& to = *verifiers[verifier];
  const Intake intake = to.ingest->take_bodies(batch, to.clock.now());
  EXPECT_EQ(intake.status, IntakeStatus::accepted) << intake.detail;
}

std::pair<SignedHeader, Batch> VerifierVillage::batch_of(std::size_t hotspot) {
  std::vector<Message> messages;
  for (const Draft& draft : builder.drafts()) {
    if (draft.hotspot == hotspot) messages.push_back(draft.message);
  }
  const SignedHeader header = builder.sign(hotspot, messages)[0].header;
  return {header, Batch{header_id(31337, header.header), messages}};
}

void VerifierVillage::speak(std::uint64_t epoch, const std::function<void(Message&)>& change) {
  learn_entropy(epoch);
  builder.fill();
  for (Draft& draft : builder.drafts()) {
    if (change) change(draft.message);
  }
  std::vector<std::pair<SignedHeader, Batch>> batches;
  for (std::size_t i = 0; i < builder.hotspot_count(); ++i) batches.push_back(batch_of(i));
  for (const auto& [header, batch] : batches) {
    for (std::size_t v = 0; v < verifiers.size(); ++v) take_header(v, header);
  }
  go(epoch_end(policy, epoch) + 16 * kVillageMinute);
  for (const auto& [header, batch] : batches) {
    for (std::size_t v = 0; v < verifiers.size(); ++v) take_body(v, batch);
  }
}

}  // namespace earshot::verifier
