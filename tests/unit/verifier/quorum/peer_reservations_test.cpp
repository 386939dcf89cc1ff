#include "verifier/quorum/peer_reservations.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "tests/doubles/open_channel.h"
#include "verifier/reservation_note.h"

namespace earshot::verifier {
namespace {

using rewards::channels::SignedAnchor;
using std::chrono::milliseconds;
using std::chrono::seconds;

const rewards::chain::AccountKey kPayer = rewards::channels::numbered_account(21);
constexpr NetworkId kNetwork = 31337;

// Another verifier, with one anchor of the payer's. Does not answer when it is down, nor one that
// waits less than `slowness`; remembers how long it was waited for.
class FakePeer final : public Peer {
 public:
  explicit FakePeer(NoteSigner signer) : signer_(std::move(signer)) {
    anchors_ = {rewards::channels::open_channel({kNetwork, EvmAddress{0xCC}}, kPayer, PublicKey{7},
                                                9, 3, 20, signer_.key.name.size(), {})
                    .opening};
  }
  Result<std::optional<std::string>> get(const std::string& path, milliseconds patience) override {
    waits.push_back(patience);
    if (is_down || patience < slowness) return fail(Errc::unavailable, "nobody there");
    ReservationQuery query{kNetwork, kPayer.address, 7, {}};
    query.nonce = *array_from_hex<16>(path.substr(path.rfind('/') + 1));
    return std::optional(to_string(sign_reservations(signer_, query, anchors_)));
  }

  bool is_down = false;
  milliseconds slowness{0};
  std::vector<milliseconds> waits;

 private:
  NoteSigner signer_;
  std::vector<SignedAnchor> anchors_;
};

// Ourselves and two others, of whom one has to agree.
class PeerReservationsTest : public ::testing::Test {
 protected:
  PeerReservationsTest() {
    quorum_.network = kNetwork;
    quorum_.threshold = 2;
    for (const char* name : {"us", "bob", "cyd"}) {
      const NoteSigner signer = *make_note_signer(name, {});
      quorum_.members.push_back({"", signer.key, {}});
      peers_.push_back(peers_.empty() ? nullptr : std::make_unique<FakePeer>(signer));
    }
    reservations_ =
        std::make_unique<PeerReservations>(quorum_, peers_, log_, [this] { return now_; });
  }
  FakePeer& bob() { return static_cast<FakePeer&>(*peers_[1]); }
  FakePeer& cyd() { return static_cast<FakePeer&>(*peers_[2]); }
  // How many anchors the others show; nothing when too few answer.
  std::optional<std::size_t> shown() {
    const auto anchors = reservations_->reserved(kPayer.address, 7);
    return anchors ? std::optional(anchors->size()) : std::nullopt;
  }

  Quorum quorum_;
  std::vector<std::unique_ptr<Peer>> peers_;
  PeerBreaker::Time now_{seconds(1'000'000)};
  std::ostringstream lines_;
  spdlog::logger log_{"", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)};
  std::unique_ptr<PeerReservations> reservations_;
};

TEST_F(PeerReservationsTest, WaitsForASilentPeerOnce) {
  EXPECT_EQ(shown(), 2U);
  cyd().is_down = true;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(shown(), 1U);
  const milliseconds two(2000);
  const milliseconds little(250);
  EXPECT_EQ(cyd().waits, (std::vector{two, two, little, little, little, little}));
  EXPECT_EQ(bob().waits, std::vector(6, two));
  EXPECT_EQ(reservations_->silent(), 1U);
  EXPECT_NE(lines_.str().find("cyd does not say what it has reserved"), std::string::npos);
  now_ += seconds(10);
  EXPECT_EQ(shown(), 1U);
  EXPECT_EQ(cyd().waits.back(), two) << "tried out";
  EXPECT_EQ(shown(), 1U);
  EXPECT_EQ(cyd().waits.back(), little);
}

TEST_F(PeerReservationsTest, HearsAPeerThatIsBackAtOnce) {
  cyd().is_down = true;
  EXPECT_EQ(shown(), 1U);
  cyd().is_down = false;
  EXPECT_EQ(shown(), 2U);
  EXPECT_EQ(reservations_->silent(), 0U);
  EXPECT_NE(lines_.str().find("cyd answers again"), std::string::npos);
}

TEST_F(PeerReservationsTest, WaitsForASilentPeerWhenThereAreTooFewWithoutIt) {
  cyd().is_down = true;
  EXPECT_EQ(shown(), 1U);
  cyd().is_down = false;
  cyd().slowness = milliseconds(1000);
  bob().is_down = true;
  EXPECT_EQ(shown(), 1U) << "cyd's";
  cyd().is_down = true;
  EXPECT_EQ(shown(), std::nullopt);
}

}  // namespace
}  // namespace earshot::verifier
