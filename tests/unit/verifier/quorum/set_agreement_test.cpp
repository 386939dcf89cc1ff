#include "verifier/quorum/set_agreement.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace earshot::verifier {
namespace {

Hash256 hash_of(std::uint64_t number) {
  Writer out;
  out.put(number);
  return sha256(out.bytes());
}

constexpr UnixNanos kHeaderBy = 100;
constexpr UnixNanos kBodyBy = 200;

bool is_in_time(const Hash256&, UnixNanos header, UnixNanos body) {
  return header <= kHeaderBy && body <= kBodyBy;
}

// Lists of `members` logs over few messages, headers and times, so that everything meets.
std::vector<IntakeList> random_lists(std::mt19937_64& random, std::size_t members) {
  const auto upto = [&](std::uint64_t end) { return random() % end; };
  std::vector<IntakeList> lists(members);
  for (IntakeList& list : lists) {
    for (std::uint64_t message = 0; message < 12; ++message) {
      if (upto(4) == 0) continue;
      const std::uint64_t header = upto(8) == 0 ? 1 : 0;
      list.messages.push_back({.message = hash_of(message),
                               .header = hash_of(100 + header),
                               .envelope = hash_of(1000 + message * 10 + upto(2)),
                               .header_received = static_cast<UnixNanos>(80 + upto(30)),
                               .body_received = static_cast<UnixNanos>(180 + upto(30))});
    }
    std::ranges::sort(list.messages, std::less{}, &IntakeItem::message);
    for (Round round = 1; round < 6; ++round) {
      if (upto(3) == 0) continue;
      LinkRow row{round, {}};
      for (std::size_t v = 0; v < members; ++v) {
        row.links.push_back(upto(3) == 0 ? Hash256{} : hash_of(round * 100 + v));
      }
      list.links.push_back(row);
    }
  }
  return lists;
}

// Said again, slowly: which messages belong, and which of them are in time.
std::map<Hash256, bool> oracle(const std::vector<IntakeList>& lists, std::size_t threshold) {
  std::map<Hash256, bool> belongs;
  for (std::uint64_t message = 0; message < 12; ++message) {
    for (std::uint64_t header = 0; header < 2; ++header) {
      std::size_t holding = 0;
      std::size_t timely = 0;
      for (const IntakeList& list : lists) {
        for (const IntakeItem& item : list.messages) {
          if (item.message != hash_of(message) || item.header != hash_of(100 + header)) continue;
          ++holding;
          if (is_in_time({}, item.header_received, item.body_received)) ++timely;
        }
      }
      if (holding >= threshold) belongs[hash_of(message)] = timely >= threshold;
    }
  }
  return belongs;
}

TEST(AgreeOnSet, IsWhatTheOracleSaysInAnyOrderOfTheLists) {
  std::mt19937_64 random(7);
  for (int run = 0; run < 400; ++run) {
    const std::size_t members = 2 + run % 4;
    const std::size_t threshold = members / 2 + 1;
    std::vector<IntakeList> lists = random_lists(random, members);
    if (run % 3 == 0) lists.pop_back();  // One is down or left out.
    const AgreedSet set = agree_on_set(lists, threshold, members, is_in_time);
    const std::map<Hash256, bool> wanted = oracle(lists, threshold);
    ASSERT_EQ(set.messages.size(), wanted.size());
    for (const AgreedItem& item : set.messages) {
      EXPECT_EQ(is_in_time({}, item.header_received, item.body_received), wanted.at(item.message));
      // The times are those of one log.
      EXPECT_TRUE(std::ranges::any_of(lists, [&](const IntakeList& list) {
        return std::ranges::any_of(list.messages, [&](const IntakeItem& held) {
          return held.message == item.message && held.header_received == item.header_received &&
                 held.body_received == item.body_received;
        });
      }));
    }
    for (int shuffle = 0; shuffle < 4; ++shuffle) {
      std::shuffle(lists.begin(), lists.end(), random);
      EXPECT_EQ(agree_on_set(lists, threshold, members, is_in_time), set);
    }
  }
}

TEST(AgreeOnSet, AMinorityChangesNeitherWhatBelongsNorWhatIsInTime) {
  std::mt19937_64 random(8);
  for (int run = 0; run < 200; ++run) {
    // Two honest logs that hold the same in time, and one that says anything.
    IntakeList honest = random_lists(random, 3)[0];
    for (IntakeItem& item : honest.messages) {
      item.header = hash_of(100);
      item.header_received = 90;
      item.body_received = 190;
    }
    const IntakeList any = random_lists(random, 3)[2];
    const std::vector<IntakeList> lists = {any, honest, honest};
    const AgreedSet set = agree_on_set(lists, 2, 3, is_in_time);
    for (const IntakeItem& item : honest.messages) {
      const auto found = std::ranges::find(set.messages, item.message, &AgreedItem::message);
      ASSERT_NE(found, set.messages.end());
      EXPECT_TRUE(is_in_time({}, found->header_received, found->body_received));
      EXPECT_EQ(found->envelope, item.envelope);
    }
    EXPECT_EQ(set.messages.size(), honest.messages.size());
    for (const LinkRow& row : set.links) {
      const auto mine = std::ranges::find(honest.links, row.round, &LinkRow::round);
      ASSERT_NE(mine, honest.links.end());
      EXPECT_EQ(row.links, mine->links);
    }
  }
}

TEST(AgreeOnSet, OfOneLogIsThatLog) {
  std::mt19937_64 random(9);
  const IntakeList list = random_lists(random, 1)[0];
  const AgreedSet set = agree_on_set({&list, 1}, 1, 1, is_in_time);
  ASSERT_EQ(set.messages.size(), list.messages.size());
  for (std::size_t i = 0; i < list.messages.size(); ++i) {
    EXPECT_EQ(set.messages[i],
              (AgreedItem{list.messages[i].message, list.messages[i].envelope,
                          list.messages[i].header_received, list.messages[i].body_received}));
  }
}

TEST(AgreeOnAudits, TakesTheLowerMedianOfAtLeastM) {
  const Hash256 report = hash_of(1);
  const auto measured = [&](std::int32_t rssi, std::int32_t snr) {
    return Measured{{{.report = report,
                      .outcome = AuditOutcome::measured,
                      .tag = {1},
                      .receive_ps = rssi * 10,
                      .rssi_cdbm = rssi,
                      .snr_cdb = snr}},
                    {}};
  };
  const Measured unanswered{{{.report = report}}, {}};
  const std::vector<Hash256> drawn = {report};
  const auto agreed = [&](const std::vector<Measured>& audits) {
    return agree_on_audits(audits, 2, drawn).front();
  };
  EXPECT_EQ(agreed({measured(5, 30), measured(7, 20), measured(6, 10)}).rssi_cdbm, 6);
  EXPECT_EQ(agreed({measured(5, 30), measured(7, 20), measured(6, 10)}).snr_cdb, 20);
  EXPECT_EQ(agreed({measured(5, 30), measured(7, 20)}).rssi_cdbm, 5);
  EXPECT_EQ(agreed({measured(5, 30), Measured{}, Measured{}}).outcome, AuditOutcome::unaudited);
  EXPECT_EQ(agreed({measured(5, 30), unanswered}).outcome, AuditOutcome::measured);
  EXPECT_EQ(agreed({measured(5, 30), unanswered, unanswered}).outcome, AuditOutcome::unanswered);
  EXPECT_EQ(agree_on_audits({}, 2, drawn).front().outcome, AuditOutcome::unaudited);
}

TEST(AgreeOnAudits, OneLiarAmongThreeStaysBetweenTheHonest) {
  std::mt19937_64 random(10);
  for (int run = 0; run < 300; ++run) {
    std::vector<Measured> audits;
    for (int i = 0; i < 3; ++i) {
      const auto rssi = static_cast<std::int32_t>(i == 0 ? random() % 1000 : 500 + random() % 10);
      audits.push_back(
          {{{.report = hash_of(1), .outcome = AuditOutcome::measured, .rssi_cdbm = rssi}}, {}});
    }
    const std::int32_t rssi = agree_on_audits(audits, 2, std::vector{hash_of(1)})[0].rssi_cdbm;
    EXPECT_GE(rssi, std::min(audits[1].audits[0].rssi_cdbm, audits[2].audits[0].rssi_cdbm));
    EXPECT_LE(rssi, std::max(audits[1].audits[0].rssi_cdbm, audits[2].audits[0].rssi_cdbm));
  }
}

TEST(AgreeOnNoise, TakesTheLowerMedianOfAtLeastMAndNothingOfFewer) {
  const auto said = [](std::uint32_t ppm) {
    return Measured{{}, {{.one = hash_of(1), .other = hash_of(2), .correlation_ppm = ppm}}};
  };
  const std::vector<NoisePair> wanted = {{.one = hash_of(1), .other = hash_of(2)}};
  const auto agreed = [&](const std::vector<Measured>& measured) {
    return agree_on_noise(measured, 2, wanted).front().correlation_ppm;
  };
  EXPECT_EQ(agreed({said(9), said(5), said(7)}), 7U);
  EXPECT_EQ(agreed({said(9), said(5)}), 5U);
  EXPECT_EQ(agreed({said(9), Measured{}}), 0U);
}

TEST(AgreeOnHead, NoMinorityNamesABlockThatNeverComes) {
  EXPECT_EQ(agree_on_head({7, UINT64_MAX - 1, 8}, 2), 8U);
  EXPECT_EQ(agree_on_head({0, 7, 8}, 2), 7U);
  EXPECT_EQ(agree_on_head({7, 8}, 2), 8U);
}

}  // namespace
}  // namespace earshot::verifier
