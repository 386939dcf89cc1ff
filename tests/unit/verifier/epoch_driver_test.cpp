#include "verifier/epoch_driver.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "rewards/chain/eip712.h"
#include "tests/doubles/fake_blocks.h"
#include "tests/doubles/memory_store.h"
#include "tests/doubles/record_builder.h"
#include "verifier/epoch_calendar.h"
#include "verifier/ingest.h"
#include "verifier/judge.h"

namespace earshot::verifier {
namespace {

constexpr UnixNanos kMinute = 60 * kNanosPerSecond;

rewards::Policy short_policy() {
  rewards::Policy policy = RecordBuilder::short_policy();  // Epochs of 12 rounds.
  policy.grace_seconds = 2 * 3600;
  policy.audit_answer_seconds = 1800;
  policy.audit_share_ppm = 500'000;
  return policy;
}

// The service without its sockets, under a virtual clock.
class World {
 public:
  World() {
    builder.head().epoch = kEpoch;
    restart();
  }

  void restart() {
    ingest.emplace(31337, store);
    entropy_.emplace(*registry, blocks, policy,
                     EntropyRules{5 * kMinute, [](std::uint64_t epoch) {
                                    return ByteArray<32>{static_cast<std::uint8_t>(epoch)};
                                  }});
    const DriverRules rules{.network = 31337, .commit_ahead = 5 * kMinute, .ingest = &*ingest};
    driver_.emplace(policy, rules, store, *registry, *entropy_, log);
    EXPECT_TRUE(driver_->resume(clock.now()));
  }
  // Minute by minute, with a new block in each.
  void go(UnixNanos until) {
    if (clock.now() == 0) move(until);
    while (clock.now() < until) move(std::min(until, clock.now() + kMinute));
  }
  void move(UnixNanos time) {
    EXPECT_TRUE(driver_->move_clock(clock, time));
    blocks.mine();
  }
  void add_hotspots() {
    for (std::size_t i = 0; i < 5; ++i) {
      builder.add_hotspot(3000.0 * static_cast<double>(i), i % 2 == 0 ? 0 : 4000);
      Onboarding& onboarding = builder.hotspot(i).onboarding;
      ByteArray<32> secret{};
      secret[31] = static_cast<std::uint8_t>(i + 1);
      rewards::chain::sign_onboarding(*rewards::chain::account_key(secret), 31337, onboarding);
      post(i, {onboarding}, 0);
    }
  }
  // Header now, bodies after `reveal`.
  void post(std::size_t hotspot, const std::vector<Message>& messages, UnixNanos reveal) {
    const SignedHeader header = builder.sign(hotspot, messages)[0].header;
    const Batch batch{header_id(31337, header.header), messages};
    EXPECT_EQ(ingest->take_headers(std::span(&header, 1), clock.now()).status,
              IntakeStatus::accepted);
    if (reveal > 0) {
      hidden_.push_back(batch);
      return;
    }
    const Intake intake = ingest->take_bodies(batch, clock.now());
    EXPECT_EQ(intake.status, IntakeStatus::accepted) << intake.detail;
  }
  void reveal() { reveal(clock.now()); }
  // `now`: what the clock shows then.
  void reveal(UnixNanos now) {
    for (const Batch& batch : hidden_) {
      const Intake intake = ingest->take_bodies(batch, now);
      EXPECT_EQ(intake.status, IntakeStatus::accepted) << intake.detail;
    }
    hidden_.clear();
  }
  // What the hotspots know: the entropy that was published.
  void learn_entropy() {
    EpochRecord& head = builder.head();
    const EntropyCommitment made = **registry->commitment(kEpoch);
    head.block_hash = *made.block_hash;
    head.first_entropy_round = made.first_round;
    head.commitments = {made.commitment};
    head.links.assign(made.rounds, {Hash256{}});
    const std::vector<ReleasedRound> rounds =
        *registry->released_between(made.first_round, made.first_round + made.rounds);
    for (const ReleasedRound& released : rounds) {
      head.links[released.round - made.first_round] = {released.link};
    }
  }
  void speak() {
    learn_entropy();
    builder.fill();
    std::map<std::size_t, std::vector<Message>> said;
    for (const Draft& draft : builder.drafts()) said[draft.hotspot].push_back(draft.message);
    for (const auto& [hotspot, messages] : said) post(hotspot, messages, 1);
  }
  // Everything but the bodies.
  void speak_early() {
    go(epoch_opening(policy, kEpoch) - 10 * kMinute);
    add_hotspots();
    go(epoch_end(policy, kEpoch) + kMinute);
    speak();
  }
  void run_epoch(bool restarts = false) {
    go(epoch_opening(policy, kEpoch) - 10 * kMinute);
    add_hotspots();
    go(epoch_end(policy, kEpoch) + kMinute);
    if (restarts) restart();
    speak();
    go(epoch_end(policy, kEpoch) + 16 * kMinute);
    if (restarts) restart();
    reveal();
    go(draw_time(policy, kEpoch));
    if (restarts) restart();
    go(seal_time(policy, kEpoch));
  }
  SealedEpoch sealed(std::uint64_t epoch = kEpoch) { return **registry->sealed(epoch); }

  static constexpr std::uint64_t kEpoch = 2'400'000;
  rewards::Policy policy = short_policy();
  RecordBuilder builder{policy};
  VirtualClock clock{0};
  FakeBlocks blocks;
  MemoryStore store;
  std::unique_ptr<RegistryStore> registry = *RegistryStore::open(":memory:", 31337);
  std::optional<Ingest> ingest;
  std::ostringstream lines;

  // The service is gone, time goes on, and it is there again.
  void outage(UnixNanos until) {
    clock.advance_to(until);
    restart();
  }
  spdlog::logger log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(lines)};

 private:
  std::optional<EntropySource> entropy_;
  std::optional<EpochDriver> driver_;
  std::vector<Batch> hidden_;
};

TEST(EpochDriver, SealsAnEpochThatAnybodyCanJudgeAgain) {
  World world;
  world.run_epoch();
  const SealedEpoch sealed = world.sealed();
  const Result<EpochRecord> record = decode_record(sealed.record);
  ASSERT_TRUE(record) << record.error().detail;
  EXPECT_EQ(record->onboardings.size(), 5U);
  EXPECT_EQ(record->messages.size(), world.builder.drafts().size());
  EXPECT_FALSE(record->audits.empty());
  const Result<EpochOutcome> again = judge_epoch(*record, world.policy);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(encode(again->seal), sealed.seal);
  EXPECT_EQ(rewards::encode(again->artifact), sealed.artifact);
  std::map<std::string, int> reasons;
  for (const Verdict& verdict : again->verdicts) ++reasons[verdict.reason];
  EXPECT_GT(reasons["ok"], 20) << testing::PrintToString(reasons);
  EXPECT_EQ(nlohmann::json::parse(sealed.summary_json).at("verdicts").size(),
            record->messages.size() + 5);
}

TEST(EpochDriver, AuditsNobodyAnswersAreRecordedSo) {
  World world;
  world.run_epoch();
  const Result<EpochRecord> record = decode_record(world.sealed().record);
  for (const AuditRecord& audit : record->audits) {
    EXPECT_EQ(audit.outcome, AuditOutcome::unanswered);
  }
  EXPECT_EQ((*world.registry->draw(World::kEpoch))->round,
            first_draw_round(world.policy, World::kEpoch));
}

TEST(EpochDriver, ARestartChangesNothing) {
  World straight;
  straight.run_epoch();
  World interrupted;
  interrupted.run_epoch(true);
  EXPECT_EQ(straight.sealed().record, interrupted.sealed().record);
  EXPECT_EQ(straight.sealed().seal, interrupted.sealed().seal);
}

// Found by simulation (tests/simulation): audits were drawn at the very instant at which a body is
// still in time, so the record had reports that the draw had not seen, and was never sealed.
TEST(EpochDriver, DrawsAuditsAfterTheLastInstantForBodies) {
  World world;
  world.speak_early();
  world.go(last_body_due(world.policy, World::kEpoch));
  EXPECT_FALSE(world.registry->draw(World::kEpoch)->has_value());
  world.reveal();
  world.go(draw_time(world.policy, World::kEpoch));
  EXPECT_TRUE(world.registry->draw(World::kEpoch)->has_value());
  world.go(seal_time(world.policy, World::kEpoch));
  EXPECT_TRUE(world.registry->sealed(World::kEpoch)->has_value()) << world.lines.str();
}

// Found by simulation: under a clock that was set back after the draw, bodies came in time although
// they had not been there to be drawn. The epoch, and with it all that follow, was never sealed.
TEST(EpochDriver, SealsWithBodiesThatComeAfterTheDrawUnderAClockSetBack) {
  for (const bool restarts : {false, true}) {
    World world;
    world.speak_early();
    world.go(draw_time(world.policy, World::kEpoch) + 10 * kMinute);
    ASSERT_TRUE(world.registry->draw(World::kEpoch)->has_value());
    if (restarts) world.restart();
    world.reveal(draw_time(world.policy, World::kEpoch) - 30 * kMinute);
    world.go(seal_time(world.policy, World::kEpoch));
    ASSERT_TRUE(world.registry->sealed(World::kEpoch)->has_value()) << world.lines.str();
    const EpochOutcome outcome = *judge_epoch(*decode_record(world.sealed().record), world.policy);
    for (const Verdict& verdict : outcome.verdicts) {
      if (verdict.type == MessageType::onboarding) continue;
      EXPECT_EQ(verdict.reason, "late");
    }
  }
}

TEST(EpochDriver, OneJumpDoesWhatManyStepsDo) {
  World steps;
  World jump;
  const UnixNanos before = epoch_opening(steps.policy, World::kEpoch) - 10 * kMinute;
  const UnixNanos after = epoch_end(steps.policy, World::kEpoch) - kMinute;
  for (World* world : {&steps, &jump}) world->go(before);
  steps.go(after);
  jump.move(before + 5 * kMinute);  // The commitment is made; then its block is mined.
  jump.move(after);
  const Round first = rewards::first_round_of_epoch(steps.policy, World::kEpoch);
  EXPECT_EQ(steps.registry->released_between(first, first + 100)->size(), 12U);
  EXPECT_EQ(jump.registry->released_between(first, first + 100)->size(), 12U);
}

TEST(EpochDriver, EpochsFollowEachOther) {
  World world;
  world.run_epoch();
  world.go(seal_time(world.policy, World::kEpoch + 1));
  const Seal first = *decode_seal(world.sealed().seal);
  const Seal second = *decode_seal(world.sealed(World::kEpoch + 1).seal);
  EXPECT_EQ(second.previous_seal, seal_hash(first));
  EXPECT_EQ(second.previous_artifact, first.artifact);
  const EpochRecord quieter = *decode_record(world.sealed(World::kEpoch + 1).record);
  EXPECT_LT(quieter.messages.size(), first.message_count);
  EXPECT_EQ(quieter.log.size(), first.log_size);
  EXPECT_EQ(quieter.log.root(), first.log_root);
  EXPECT_GT(second.log_size, first.log_size);
  EXPECT_EQ(first.previous_seal, Hash256{});
}

TEST(EpochDriver, TheFirstEpochIsTheNextToOpen) {
  World world;
  world.go(epoch_opening(world.policy, 77) + kMinute);
  EXPECT_EQ(**world.registry->first_epoch(), 78U);
  World exact;
  exact.go(epoch_opening(exact.policy, 77));
  EXPECT_EQ(**exact.registry->first_epoch(), 77U);
}

TEST(EpochDriver, ADeadNodeIsOneLineAndTheEpochIsSealedAllTheSame) {
  World world;
  world.blocks.is_dead = true;
  world.go(epoch_opening(world.policy, World::kEpoch) - 10 * kMinute);
  world.go(seal_time(world.policy, World::kEpoch));
  const std::string line = "entropy: node at http://nowhere does not answer; trying again";
  const std::string log = world.lines.str();
  const std::size_t said = log.find(line);
  ASSERT_NE(said, std::string::npos) << log;
  EXPECT_EQ(log.find(line, said + 1), std::string::npos);
  ASSERT_TRUE(world.registry->sealed(World::kEpoch)->has_value()) << log;
  const Result<EpochRecord> record = decode_record(world.sealed().record);
  ASSERT_TRUE(record) << record.error().detail;
  EXPECT_TRUE(record->links.empty());
  world.blocks.is_dead = false;
  world.go(world.clock.now() + kMinute);
  EXPECT_NE(world.lines.str().find("entropy: works again"), std::string::npos);
}

// Bug: after an outage across draw and seal both were done in one tick, and no hotspot could
// answer.
TEST(EpochDriver, AfterAnOutageAuditsHaveTheirWholeTimeToAnswer) {
  World world;
  world.speak_early();
  world.go(epoch_end(world.policy, World::kEpoch) + 16 * kMinute);
  world.reveal();
  const UnixNanos down = world.clock.now();
  const UnixNanos up = seal_time(world.policy, World::kEpoch) + 5 * 60 * kMinute;
  world.outage(up);
  const std::vector<Outage> outages = *world.registry->outages();
  ASSERT_EQ(outages.size(), 1U);
  EXPECT_EQ(outages[0], (Outage{down, up}));
  // 59 minutes were left for bodies.
  world.go(up + 59 * kMinute);
  EXPECT_FALSE(world.registry->draw(World::kEpoch)->has_value());
  UnixNanos drawn = world.clock.now();
  while (!*world.registry->draw(World::kEpoch)) world.go(drawn += kMinute);
  ASSERT_LE(drawn, up + 70 * kMinute);
  const std::vector<AuditTask> tasks = *world.registry->tasks_of_epoch(World::kEpoch);
  for (const AuditTask& task : tasks) {
    EXPECT_EQ(task.deadline, drawn + 1800 * kNanosPerSecond);
  }
  world.go(drawn + 1800 * kNanosPerSecond - 1);
  EXPECT_FALSE(world.registry->sealed(World::kEpoch)->has_value());
  world.go(seal_time(world.policy, World::kEpoch, outages) + 30 * kMinute);
  const EpochRecord record = *decode_record(world.sealed().record);
  EXPECT_EQ(record.outages, outages);
  EXPECT_FALSE(record.audits.empty());
  EXPECT_TRUE(judge_epoch(record, world.policy));
}

TEST(EpochDriver, AnOutageWhileAuditsAreOpenMovesTheirDeadline) {
  World world;
  world.speak_early();
  world.go(epoch_end(world.policy, World::kEpoch) + 16 * kMinute);
  world.reveal();
  world.go(draw_time(world.policy, World::kEpoch) + 2 * kMinute);
  const std::vector<AuditTask> before = *world.registry->tasks_of_epoch(World::kEpoch);
  ASSERT_FALSE(before.empty());
  world.outage(world.clock.now() + 24 * 60 * kMinute);
  const Outage outage = world.registry->outages()->front();
  const UnixNanos length = outage.end - outage.begin;
  EXPECT_GE(length, 24 * 60 * kMinute);
  EXPECT_LE(length, 24 * 60 * kMinute + kMinute);  // It was last noted up to a minute before.
  const std::vector<AuditTask> after = *world.registry->tasks_of_epoch(World::kEpoch);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].deadline, before[i].deadline + length);
  }
  world.go(after[0].deadline);
  EXPECT_FALSE(world.registry->sealed(World::kEpoch)->has_value());
  EXPECT_FALSE((*world.registry->tasks_of_epoch(World::kEpoch))[0].answer);
  world.go(seal_time(world.policy, World::kEpoch) + length);
  EXPECT_TRUE(world.registry->sealed(World::kEpoch)->has_value()) << world.lines.str();
  // What the draw saw stays what it was: no deadline of a message depends on this outage.
  EXPECT_TRUE(decode_record(world.sealed().record)->outages.empty());
}

TEST(EpochDriver, HeadersAndBodiesAreInTimeWhenOnlyAnOutageMadeThemLate) {
  World world;
  world.go(epoch_opening(world.policy, World::kEpoch) - 10 * kMinute);
  world.add_hotspots();
  world.go(epoch_end(world.policy, World::kEpoch) + kMinute);
  world.outage(world.clock.now() + 3 * 60 * kMinute);
  world.speak();
  world.move(world.clock.now() + kMinute);
  world.reveal();
  world.go(seal_time(world.policy, World::kEpoch) + 4 * 60 * kMinute);
  const EpochRecord record = *decode_record(world.sealed().record);
  const Result<EpochOutcome> outcome = judge_epoch(record, world.policy);
  ASSERT_TRUE(outcome) << outcome.error().detail;
  std::map<std::string, int> reasons;
  for (const Verdict& verdict : outcome->verdicts) ++reasons[verdict.reason];
  EXPECT_EQ(reasons["late"], 0) << testing::PrintToString(reasons);
  EXPECT_GT(reasons["ok"], 10);
}

TEST(EpochDriver, AQuickRestartIsNoOutage) {
  World world;
  world.go(epoch_opening(world.policy, World::kEpoch));
  world.outage(world.clock.now() + 2 * kMinute - 1);
  EXPECT_TRUE(world.registry->outages()->empty());
  world.move(world.clock.now() + kMinute);
  world.outage(world.clock.now() + 2 * kMinute);
  EXPECT_EQ(world.registry->outages()->size(), 1U);
}

TEST(EpochDriver, TriesAStoreThatIsDownUntilItIsUp) {
  World world;
  world.go(epoch_opening(world.policy, 77));
  world.store.is_down = true;
  world.store.fails_to_write = true;
  world.go(world.clock.now() + kMinute);
  EXPECT_FALSE(world.store.is_up());
  world.store.fails_to_write = false;
  world.go(world.clock.now() + kMinute);
  EXPECT_TRUE(world.store.is_up());
}

TEST(EpochDriver, AVirtualClockDoesNotGoBack) {
  World world;
  world.go(epoch_opening(world.policy, 77));
  EntropySource entropy(*world.registry, world.blocks, world.policy, {});
  EpochDriver driver(world.policy, {}, world.store, *world.registry, entropy, world.log);
  const Result<void> moved = driver.move_clock(world.clock, world.clock.now() - 1);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Errc::usage);
}

}  // namespace
}  // namespace earshot::verifier
