// Helium's rules against Helium's own figures: tests/vectors/helium_poc.json, group by group.
// Rewards are in tests/unit/rewards/helium_vectors_test.cpp.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "core/position.h"
#include "verifier/epoch_calendar.h"
#include "verifier/rules/helium/packet.h"
#include "verifier/rules/helium/poc.h"

namespace earshot::verifier::helium {
namespace {

using Json = nlohmann::json;

const Json& vectors() {
  static const Json all =
      Json::parse(std::ifstream(EARSHOT_SOURCE_DIR "/tests/vectors/helium_poc.json"));
  return all;
}

constexpr UnixNanos kSecond = kNanosPerSecond;
constexpr UnixNanos kNow = 1'700'000'000 * kSecond;

UnixNanos at_time(const std::string& iso) {
  std::tm tm{};
  const char* end = strptime(iso.c_str(), "%Y-%m-%dT%H:%M", &tm);
  if (end != nullptr && *end == ':') tm.tm_sec = std::atoi(end + 1);
  return UnixNanos{timegm(&tm)} * kSecond;
}
PublicKey key_of(const std::string& name) { return sha256(as_bytes(name)); }

Between between(const std::string& one, const std::string& other) {
  Between out;
  for (const Json& d : vectors()["2_distance"]) {
    if (d["from"] != one || d["to"] != other) continue;
    for (const char* name : {"expected_m", "distance_m"}) {
      if (d.contains(name)) out.distance_m = d[name].get<std::uint64_t>();
    }
    for (const char* name : {"expected_cells", "res11_cells"}) {
      if (d.contains(name)) out.cells = d[name].get<std::uint64_t>();
    }
  }
  return out;
}
std::string cell(const std::string& name) {
  return vectors()["2_cells"][name]["h3"].get<std::string>();
}
std::string reason(const Objection& objection) { return objection ? objection->reason : "OK"; }

// A beacon and a witness that nothing speaks against: upstream's check lists begin with them.
struct Case {
  Gateway beaconer{.region = 1, .gain_ddbi = 12};
  Gateway listener{.region = 1, .gain_ddbi = 20};
  Beacon beacon;
  Witness witness;
  Book book;
  Rules rules;
  UnixNanos first_witness = 0;

  Case() {
    beacon.key = key_of("beaconer");
    beacon.gateway = &beaconer;
    beacon.entropy_start = 1'677'163'710 * kSecond;
    beacon.received = beacon.entropy_start + 120 * kSecond;
    beacon.sent = {Bytes(51, 7), 867'900'000, 12, 125'000};
    beacon.expected = beacon.sent;
    beacon.power_cdbm = 800;
    witness.key = key_of("witness");
    witness.gateway = &listener;
    witness.received = beacon.received + kSecond;
    witness.payload = beacon.sent.payload;
    witness.frequency_hz = 867'900'032;
    witness.signal_cdbm = -10'800;
    witness.between = between(cell("LOC0"), cell("LOC4"));
    first_witness = witness.received;
  }
  BeaconCase of_beacon() const { return {beacon, book, rules}; }
  WitnessCase of_witness() const { return {beacon, witness, first_witness, book, rules}; }
};

std::vector<RegionChannel> channels() {
  std::vector<RegionChannel> out;
  for (const Json& c : vectors()["1_beacon_payload"]["inputs"]["eu868_channels"]) {
    RegionChannel& channel = out.emplace_back();
    channel.frequency_hz = c["freq_hz"];
    channel.bandwidth_hz = c["bandwidth_hz"];
    channel.max_eirp_ddbm = c["max_eirp_ddbm"];
    for (const Json& tagged : c["tagged_spreading"]) {
      const int sf = std::stoi(tagged["sf"].get<std::string>().substr(2));
      channel.spreading.push_back({static_cast<std::uint8_t>(sf), tagged["max_packet_size"]});
    }
  }
  return out;
}
std::string data_rate(const Construction& built) {
  return "SF" + std::to_string(built.spreading_factor) + "BW" +
         std::to_string(built.bandwidth_hz / 1000);
}
Bytes bytes_of(const Json& hex) { return *from_hex(hex.get<std::string>()); }

TEST(HeliumVectors, Group1BuildsTheBeaconThatItsEntropiesGive) {
  const Json& group = vectors()["1_beacon_payload"];
  const Json& in = group["inputs"];
  const Entropies entropies{bytes_of(in["remote_entropy_hex"]), in["entropy_timestamp_s"],
                            bytes_of(in["local_entropy_hex"]), in["local_entropy_timestamp"]};
  const auto built = build_beacon(entropies, channels());
  ASSERT_TRUE(built);
  EXPECT_EQ(to_hex(built->payload), group["expected"]["payload_hex"]);
  EXPECT_EQ(built->frequency_hz, group["expected"]["frequency_hz"]);
  EXPECT_EQ(data_rate(*built), group["expected"]["datarate"]);
  EXPECT_EQ(conducted_power_dbm(channels(), in["gain_ddbi"]),
            group["expected"]["max_conducted_power_dbm"]);
  Case c;
  c.beacon.expected = built;
  c.beacon.sent = *built;
  EXPECT_EQ(reason(construction(c.of_beacon())), "OK");
  c.beacon.sent.payload.resize(17);
  EXPECT_EQ(reason(construction(c.of_beacon())), "invalid_packet");
}

TEST(HeliumVectors, Group1bPicksTheDataRateThatHoldsThePacket) {
  for (const Json& c : vectors()["1b_select_datarate"]["cases"]) {
    const auto spreading = spreading_for(channels(), c["packet_size"]);
    EXPECT_EQ(spreading ? "SF" + std::to_string(*spreading) + "BW125" : "ERROR", c["expected"]);
  }
}

TEST(HeliumVectors, Group1cBeaconsOnceInEachWindow) {
  const Json& group = vectors()["1c_beacon_window_client"];
  const UnixNanos now = at_time(group["current_time"]);
  const UnixNanos current = at_time(group["derived_current_segment"]);
  const UnixNanos next = at_time(group["derived_next_segment"]);
  const UnixNanos interval = group["interval_s"].get<std::int64_t>() * kSecond;
  ASSERT_EQ(now / interval * interval, current);
  ASSERT_EQ(current + interval, next);
  for (const Json& c : group["cases"]) {
    const Json& previous = c["prev_beacon"];
    const Window window = next_beacon(previous.is_null() ? 0 : at_time(previous), now, interval);
    const std::string expect = c["expect"];
    const bool in_next = expect.starts_with("in next segment");
    EXPECT_GE(window.begin, in_next ? next : now) << expect;
    EXPECT_LE(window.end, in_next ? next + interval : next) << expect;
    EXPECT_LT(window.begin, window.end) << expect;
  }
}

TEST(HeliumVectors, Group2DistancesAreThoseOfThePlacesToHalfAPercent) {
  // Helium takes a sphere, this project the ellipsoid's chord; rules get what the caller measured.
  const auto place = [](const char* name) {
    const Json& c = vectors()["2_cells"][name];
    return to_ecef({c["lat_deg"], c["lng_deg"], 0});
  };
  for (const char* name : {"LOC1", "LOC3", "LOC4"}) {
    const Between given = between(cell("LOC0"), cell(name));
    const double metres = static_cast<double>(distance_mm(place("LOC0"), place(name))) / 1000;
    EXPECT_NEAR(metres, static_cast<double>(given.distance_m),
                0.005 * static_cast<double>(given.distance_m) + 1)
        << name;
  }
}

TEST(HeliumVectors, Group3BoundsTheSignalByFreeSpaceAndWholeGains) {
  const Json& group = vectors()["3_rssi"];
  const auto bound_of = [](const Json& v, const Between& apart) {
    Case c;
    c.beacon.power_cdbm = v["tx_power_dbm"].get<int>() * 100;
    c.beaconer.gain_ddbi = v["beacon_gain_ddbi"];
    c.listener.gain_ddbi = v["witness_gain_ddbi"];
    c.witness.frequency_hz = v.contains("freq_hz") ? v["freq_hz"] : v["witness_freq_hz"];
    c.witness.between = apart;
    c.witness.signal_cdbm = 100'000;
    const Objection objection = signal(c.of_witness());
    return static_cast<double>(objection->findings[1].value) / 100;
  };
  Between apart;
  apart.distance_m = group[0]["distance_m"];
  EXPECT_NEAR(bound_of(group[0], apart), group[0]["expected_dbm"], 0.0101);
  for (std::size_t i = 1; i < group.size(); ++i) {
    const Json& v = group[i];
    apart = between(v["beacon_loc"], v["witness_loc"]);
    // Steps of 0.01 dB, of distance and of frequency.
    EXPECT_NEAR(bound_of(v, apart), v["derived_max_allowed_dbm"], 0.0151);
    Case c;
    c.beacon.power_cdbm = v["tx_power_dbm"].get<int>() * 100;
    c.beaconer.gain_ddbi = v["beacon_gain_ddbi"];
    c.listener.gain_ddbi = v["witness_gain_ddbi"];
    c.witness.frequency_hz = v["witness_freq_hz"];
    c.witness.signal_cdbm = v["witness_signal_ddbm"].get<int>() * 10;
    c.witness.between = apart;
    EXPECT_EQ(reason(signal(c.of_witness())), v["expected"]);
  }
}

TEST(HeliumVectors, Group4KeepsTheScheduleAndTheEntropysLife) {
  const Json& plan = vectors()["4_rules"]["beacon_schedule"];
  for (const Json& v : plan["cases"]) {
    Case c;
    c.rules.interval = plan["interval_s"].get<std::int64_t>() * kSecond;
    if (!v.contains("last_beacon")) c.book[c.beacon.key].beacon = at_time(plan["last_beacon"]);
    c.beacon.received = v.contains("received") ? at_time(v["received"]) : kNow;
    EXPECT_EQ(reason(schedule(c.of_beacon())), v["expected"]);
  }
  for (const Json& v : vectors()["4_rules"]["entropy"]["cases"]) {
    Case c;  // From 60 s to 10 s before now.
    c.beacon.entropy_start = kNow - 60 * kSecond;
    c.rules.numbers.entropy_seconds = 50;
    const std::string received = v["received"];  // "now-30s"
    c.beacon.received = kNow - std::atoi(received.c_str() + 4) * kSecond;
    EXPECT_EQ(reason(beacon_entropy_life(c.of_beacon())), v["expected"]) << received;
  }
}

TEST(HeliumVectors, Group4CountsTheLagFromBeaconOrFirstWitness) {
  for (const Json& v : vectors()["4_rules"]["witness_lag"]["cases"]) {
    Case c;
    c.beacon.received = kNow - v["beacon_rx"].get<int>() * kSecond;
    c.first_witness = kNow - v["first_witness_rx"].get<int>() * kSecond;
    c.witness.received = kNow - v["this_rx"].get<int>() * kSecond;
    EXPECT_EQ(reason(lag(c.of_witness())), v["expected"]);
  }
}

TEST(HeliumVectors, Group4ComparesFrequencyRegionDistanceCapabilityKeysAndPayload) {
  const Json& rules = vectors()["4_rules"];
  for (const Json& v : rules["witness_frequency"]["cases"]) {
    Case c;
    c.beacon.sent.frequency_hz = rules["witness_frequency"]["beacon_freq_hz"];
    c.witness.frequency_hz = v["witness_freq_hz"];
    EXPECT_EQ(reason(frequency(c.of_witness())), v["expected"]);
  }
  for (const Json& v : rules["region"]["cases"]) {
    Case c;
    c.beaconer.region = v["beacon"] == "US915" ? 3 : 1;
    c.listener.region = v["witness"] == "US915" ? 3 : 1;
    EXPECT_EQ(reason(region(c.of_witness())), v["expected"]);
  }
  for (const char* which : {"max_distance", "min_cell_distance"}) {
    for (const Json& v : rules[which]["cases"]) {
      Case c;
      c.witness.between = between(rules[which]["beacon"], v["witness"]);
      EXPECT_EQ(reason(distance(c.of_witness())), v["expected"]) << which;
    }
  }
  Case boundary;
  boundary.witness.between = {100'999, 2000};
  EXPECT_EQ(reason(distance(boundary.of_witness())), "OK");
  boundary.witness.between = {101'000, 2000};
  EXPECT_EQ(reason(distance(boundary.of_witness())), "max_distance_exceeded");
  boundary.witness.between = {5'000, std::nullopt};
  EXPECT_EQ(reason(distance(boundary.of_witness())), "below_min_distance");
  for (const Json& v : rules["capability"]["cases"]) {
    Case c;
    c.beaconer.full = c.listener.full = v["is_full_hotspot"];
    EXPECT_EQ(reason(beaconer_capability(c.of_beacon())), v["expected"]);
    EXPECT_EQ(reason(witness_capability(c.of_witness())), v["expected"]);
  }
  for (const Json& v : rules["self_witness"]["cases"]) {
    Case c;
    if (v["same_key"]) c.witness.key = c.beacon.key;
    EXPECT_EQ(reason(self_witness(c.of_witness())), v["expected"]);
  }
  for (const Json& v : rules["witness_data"]["cases"]) {
    Case c;
    const auto data = [](const Json& text) {
      const std::string plain = text;
      return Bytes(plain.begin(), plain.end());
    };
    c.beacon.sent.payload = data(rules["witness_data"]["beacon"]);
    c.witness.payload = data(v["witness"]);
    EXPECT_EQ(reason(payload(c.of_witness())), v["expected"]);
  }
}

TEST(HeliumVectors, Group4KnowsTheDenyListsOfKeysAndOfPairs) {
  const Json& list = vectors()["4_rules"]["denylist"];
  for (const Json& v : list["cases"]) {
    Case c;
    c.rules.denylist.keys = {key_of(list["denied"])};
    c.beacon.key = key_of(v["key"]);
    EXPECT_EQ(reason(beaconer_denied(c.of_beacon())), v["expected"]);
  }
  const Json& edge = vectors()["4_rules"]["edge_denylist"];
  const PublicKey a = key_of(edge["denied_edge"][0]);
  const PublicKey b = key_of(edge["denied_edge"][1]);
  for (const Json& v : edge["cases"]) {
    Case c;
    c.rules.denylist.edges = {std::minmax(a, b)};
    if (v.contains("only_one_end")) c.beacon.key = a;
    if (v.contains("both_A_B")) c.beacon.key = a, c.witness.key = b;
    if (v.contains("both_B_A (undirected)")) c.beacon.key = b, c.witness.key = a;
    EXPECT_EQ(reason(witness_denied(c.of_witness())), v["expected"]) << v.dump();
  }
}

TEST(HeliumVectors, Group4AsksABeaconInHeliumsOrder) {
  for (const Json& v : vectors()["4_rules"]["beacon_check_list"]["cases"]) {
    const std::string change = v["change"];
    Case c;
    const auto has = [&](const char* text) { return change.find(text) != std::string::npos; };
    if (has("denied key")) c.rules.denylist.keys = {c.beacon.key};
    if (has("received +240s")) c.beacon.received = c.beacon.entropy_start + 240 * kSecond;
    if (has("no location")) c.beaconer.asserted = false;
    if (has("last beacon")) c.book[c.beacon.key].beacon = c.beacon.received;
    if (has("is_full_hotspot=false")) c.beaconer.full = false;
    if (has("wrong 17-byte payload")) c.beacon.sent.payload.resize(17);
    const std::string expected = v["expected"];
    EXPECT_EQ(reason(check_beacon(c.of_beacon())), expected.substr(0, expected.find(' ')))
        << change;
  }
  Case unknown;
  unknown.beacon.gateway = nullptr;
  EXPECT_EQ(reason(check_beacon(unknown.of_beacon())), "gateway_not_found");
}

TEST(HeliumVectors, Group4AsksAWitnessInHeliumsOrder) {
  for (const Json& v : vectors()["4_rules"]["witness_check_list"]["cases"]) {
    const std::string change = v["change"];
    Case c;
    if (change == "same pubkey") c.witness.key = c.beacon.key;
    if (change == "received +300s") c.witness.received = c.beacon.entropy_start + 300 * kSecond;
    if (change == "bad payload") c.witness.payload.pop_back();
    if (change == "no location") c.listener.asserted = false;
    if (change == "freq 867100000") c.witness.frequency_hz = 867'100'000;
    if (change == "region US915 at LOC1") c.listener.region = 3;
    if (change.starts_with("LOC")) c.witness.between = between(cell("LOC0"), cell(change));
    if (change == "signal +300") c.witness.signal_cdbm = 3'000;
    if (change == "is_full_hotspot=false") c.listener.full = false;
    if (change.starts_with("first witness 6000 ms")) {
      c.first_witness = c.witness.received - 6 * kSecond;
    }
    EXPECT_EQ(reason(check_witness(c.of_witness())), v["expected"]) << change;
  }
}

std::vector<Witness> witnesses_at(const std::vector<int>& milliseconds) {
  std::vector<Witness> out;
  for (const int ms : milliseconds) {
    Witness& witness = out.emplace_back();
    witness.key = key_of("w" + std::to_string(ms));
    witness.received = kNow + ms * 1'000'000LL;
  }
  return out;
}

TEST(HeliumVectors, Group4SelectsTheFirstFourteenValidReports) {
  const Json& group = vectors()["4_rules"]["max_witnesses_selection"];
  for (const int n : {group["n"].get<int>(), group["second_case"]["n"].get<int>()}) {
    std::vector<int> times;
    for (int i = n; i-- > 0;) times.push_back(i);
    const std::vector<Witness> witnesses = witnesses_at(times);
    std::vector<Ruling> rulings(witnesses.size(), accept("helium/reciprocity"));
    select_witnesses(witnesses, group["max"], rulings);
    for (std::size_t i = 0; i < rulings.size(); ++i) {
      EXPECT_EQ(rulings[i].accepted(), times[i] < group["max"].get<int>()) << times[i];
    }
  }
  const Json& filtering = vectors()["4_rules"]["witness_filtering"];
  const std::vector<Witness> witnesses = witnesses_at({0, 1, 2, 3});
  std::vector<Ruling> rulings;
  for (const Json& v : filtering["in"]) {
    rulings.push_back(v["status"] == "valid" ? accept("helium/reciprocity")
                                             : refuse("helium/x", v["reason"].get<std::string>()));
  }
  select_witnesses(witnesses, filtering["max"], rulings);
  EXPECT_EQ(std::ranges::count_if(rulings, &Ruling::accepted), filtering["selected"]);
  EXPECT_EQ(rulings[2].reason, filtering["unselected"][0]);  // Nothing loses its own reason.
}

// Upstream's runner tests as steps on one book.
class Runner : public ::testing::Test {
 protected:
  Runner() {
    rules_.numbers.max_witnesses = vectors()["9_runner_integration"]["setup"]["max_witnesses"];
  }

  Beacon beacon(const std::string& name, int window) {
    Case c;
    Beacon out = c.beacon;
    out.key = key_of(name);
    out.gateway = &full_;
    out.entropy_start = 1'677'163'710 * kSecond + window * rules_.interval;
    out.received = out.entropy_start + 60 * kSecond;
    return out;
  }
  Witness witness(const std::string& name, const Beacon& of) {
    Case c;
    Witness out = c.witness;
    out.key = key_of(name);
    out.gateway = &full_;
    out.received = of.received;
    return out;
  }
  // "beacon / witnesses", OK or the reason.
  std::string run(const Beacon& heard, const std::vector<Witness>& witnesses) {
    last_ = judge_poc(heard, witnesses, rules_, book_);
    std::string out = last_.beacon.reason + " /";
    for (const Ruling& ruling : last_.witnesses) out += " " + ruling.reason;
    return out;
  }
  bool is_beaconers_fault() const {
    return last_.witnesses.at(0).findings.front() == Finding{"refused_beacon", 1};
  }
  // It did both lately.
  void establish(const std::string& name, int window = 0) {
    const UnixNanos before = beacon(name, window).received - rules_.interval;
    book_[key_of(name)] = {before, before, before};
  }

  Gateway full_{.region = 1, .gain_ddbi = 20};
  Book book_;
  Rules rules_;
  PocRuling last_;
};

TEST_F(Runner, ValidBeaconAndWitness) {
  establish("b"), establish("w");
  const Beacon b = beacon("b", 0);
  EXPECT_EQ(run(b, {witness("w", b)}), "ok / ok");
}

TEST_F(Runner, SecondBeaconOfAWindow) {
  establish("b"), establish("w");
  const Beacon b = beacon("b", 0);
  EXPECT_EQ(run(b, {witness("w", b)}), "ok / ok");
  EXPECT_EQ(run(b, {witness("w", b)}), "irregular_interval / irregular_interval");
  EXPECT_TRUE(is_beaconers_fault());
  establish("c");
  const Beacon c = beacon("c", 0);
  EXPECT_EQ(run(c, {}), "ok /");
  EXPECT_EQ(run(c, {witness("w", c)}), "irregular_interval / irregular_interval");
}

TEST_F(Runner, UnknownWitnessAndOneWithoutAPlace) {
  establish("b"), establish("w");
  const Beacon b = beacon("b", 0);
  Witness unknown = witness("nobody", b);
  unknown.gateway = nullptr;
  EXPECT_EQ(run(b, {unknown}), "ok / gateway_not_found");
  const Gateway nowhere{.asserted = false};
  const Beacon later = beacon("b", 1);
  Witness lost = witness("w", later);
  lost.gateway = &nowhere;
  EXPECT_EQ(run(later, {lost}), "ok / not_asserted");
}

TEST_F(Runner, BeaconerThatWitnessedNothingIn48Hours) {
  establish("w");
  const Beacon b = beacon("b", 0);
  EXPECT_EQ(run(b, {witness("w", b)}), "gateway_no_valid_witnesses / gateway_no_valid_witnesses");
  EXPECT_TRUE(is_beaconers_fault());
  book_[key_of("b")].witnessed = beacon("b", 1).received - 48 * 3600 * kSecond;
  const Beacon late = beacon("b", 1);
  EXPECT_EQ(run(late, {witness("w", late)}),
            "gateway_no_valid_witnesses / gateway_no_valid_witnesses");
}

TEST_F(Runner, NewGatewayThatWitnessesFirst) {
  establish("a"), establish("w");
  const Beacon a = beacon("a", 0);
  EXPECT_EQ(run(a, {witness("new", a)}), "ok / gateway_no_valid_beacons");
  const Beacon own = beacon("new", 0);
  EXPECT_EQ(run(own, {witness("w", own)}), "ok / ok");
  establish("a", 1);
  const Beacon again = beacon("a", 1);
  EXPECT_EQ(run(again, {witness("new", again)}), "ok / ok");
}

TEST_F(Runner, NewGatewayThatBeaconsFirst) {
  establish("a"), establish("w");
  const Beacon own = beacon("new", 0);
  EXPECT_EQ(run(own, {witness("w", own)}),
            "gateway_no_valid_witnesses / gateway_no_valid_witnesses");
  const Beacon a = beacon("a", 0);
  EXPECT_EQ(run(a, {witness("new", a)}), "ok / ok");
  const Beacon again = beacon("new", 1);
  EXPECT_EQ(run(again, {witness("w", again)}), "ok / ok");
}

TEST_F(Runner, TwoIsolatedGateways) {
  const Beacon a = beacon("a", 0);
  EXPECT_EQ(run(a, {witness("b", a)}), "gateway_no_valid_witnesses / gateway_no_valid_witnesses");
  const Beacon b = beacon("b", 0);
  EXPECT_EQ(run(b, {witness("a", b)}), "ok / ok");
  const Beacon again = beacon("a", 1);
  EXPECT_EQ(run(again, {witness("b", again)}), "ok / ok");
}

TEST_F(Runner, ASecondReportOfAGatewayIsADuplicateWhateverBecameOfTheFirst) {
  establish("b"), establish("w");
  const Beacon b = beacon("b", 0);
  Witness bad = witness("w", b);
  bad.payload.pop_back();
  Witness good = witness("w", b);
  good.received += kSecond;
  EXPECT_EQ(run(b, {good, bad}), "ok / duplicate invalid_packet");
}

TEST(HeliumVectors, Group10PaysAnEpochOnceItsEndAndOffsetAreOver) {
  const Json& group = vectors()["10_scheduler"];
  rewards::Policy policy;
  policy.epoch_rounds = group["period_h"].get<std::uint32_t>() * 60;
  policy.grace_seconds = group["offset_min"].get<std::uint32_t>() * 60;
  const std::uint64_t epoch = epoch_of_round(policy, round_at(at_time(group["period"][0])));
  ASSERT_EQ(epoch_opening(policy, epoch), at_time(group["period"][0]));
  ASSERT_EQ(epoch_end(policy, epoch), at_time(group["period"][1]));
  // Bodies may come for longer than that offset: the same schedule, by so much later.
  const UnixNanos later = seal_time(policy, epoch) - epoch_end(policy, epoch) -
                          static_cast<UnixNanos>(policy.grace_seconds) * kSecond;
  for (const Json& c : group["cases"]) {
    const UnixNanos now = at_time(c["now"]) + later;
    EXPECT_EQ(now >= seal_time(policy, epoch), c["trigger"]) << c["now"];
    std::uint64_t next = epoch - 1;
    while (seal_time(policy, next) <= now) ++next;
    EXPECT_EQ((seal_time(policy, next) - now) / (60 * kSecond), c["sleep_min"]) << c["now"];
  }
}

TEST(HeliumVectors, Group12NamesAndNumbersOfReasonsAreTheProtocols) {
  const Json& names = vectors()["12_invalid_reason_enum"];
  ASSERT_EQ(names.size(), kReasons);
  for (const auto& [number, name] : names.items()) {
    EXPECT_EQ(reason_name(static_cast<Reason>(std::stoi(number))), name);
  }
}

TEST(HeliumVectors, ConstantsAreThoseOfThePolicyFile) {
  const Json& constants = vectors()["constants"];
  std::ifstream file(EARSHOT_SOURCE_DIR "/rewards/policies/helium-iot.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const rewards::Policy policy = rewards::parse_policy(text, "helium-iot.toml").value();
  const rewards::HeliumNumbers& n = policy.helium;
  EXPECT_EQ(policy.rule_set, rewards::RuleSet::helium);
  EXPECT_EQ(n.entropy_seconds, constants["entropy_lifespan_s"]);
  EXPECT_EQ(n.witness_lag_ms, constants["max_witness_lag_ms"]);
  EXPECT_EQ(n.beacon_lag_ms, constants["max_beacon_to_witness_lag_ms"]);
  EXPECT_EQ(n.frequency_tolerance_hz, constants["freq_tolerance_hz"]);
  EXPECT_EQ(n.max_witnesses, constants["max_witnesses_per_poc"]);
  EXPECT_EQ(n.reciprocity_hours, constants["reciprocity_window_h"]);
  EXPECT_EQ(n.interactivity_hours, constants["hip17_interactivity_limit_h"]);
  EXPECT_EQ(policy.sortition.window_rounds * 60, constants["beacon_interval_s"]);
  EXPECT_EQ(policy.max_distance_mm / 1'000'000, constants["poc_distance_limit_km"]);
  EXPECT_EQ(Rules().min_cells, constants["poc_cell_distance_minimum"]);
  EXPECT_EQ(policy.density_default_scale, 2000U);
  EXPECT_EQ(constants["default_tx_scale"], "0.2000");
}

}  // namespace
}  // namespace earshot::verifier::helium
