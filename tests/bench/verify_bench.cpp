// Ed25519 signatures a second, one after the other by libsodium and many at once by
// core/ed25519_lanes.h, on one core in one run; and the campaign that compares their verdicts.
//
//   bench-verify [--json] [--short] [--campaign N [--seed S] | --vectors FILE]
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/ed25519_lanes.h"
#include "tests/bench/cpu_seconds.h"
#include "tests/doubles/forged_signatures.h"

namespace earshot {
namespace {

constexpr std::size_t kMessageBytes = 32;  // As what headers sign: an id.
constexpr std::size_t kBatch = 1024;

std::vector<ForgedSignature> honest_signatures() {
  std::vector<ForgedSignature> out;
  for (std::size_t i = 0; i < kBatch; ++i) {
    ByteArray<32> seed{};
    seed[0] = static_cast<std::uint8_t>(i);
    seed[1] = static_cast<std::uint8_t>(i >> 8);
    const SigningKey key = signing_key_from_seed(seed);
    const Bytes message(kMessageBytes, seed[0]);
    out.push_back({key.public_key, message, sign(key, message)});
  }
  return out;
}

std::vector<SignatureCheck> checks_of(const std::vector<ForgedSignature>& cases) {
  std::vector<SignatureCheck> checks;
  for (const ForgedSignature& one : cases) {
    checks.push_back({one.key, one.message, one.signature});
  }
  return checks;
}

// Median microseconds of CPU time a signature, of both engines in turn.
nlohmann::json measure(int repeats) {
  const std::vector<ForgedSignature> cases = honest_signatures();
  const std::vector<SignatureCheck> checks = checks_of(cases);
  const SignatureEngine engines[] = {SignatureEngine::libsodium, signature_engine()};
  std::vector<double> times[2];
  bool all_good = true;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (int which = 0; which < 2; ++which) {
      const double begun = cpu_seconds();
      const std::vector<bool> verdicts = verify_signatures(checks, engines[which]);
      times[which].push_back((cpu_seconds() - begun) / static_cast<double>(kBatch) * 1e6);
      all_good = all_good && std::ranges::count(verdicts, true) == kBatch;
    }
  }
  for (std::vector<double>& list : times) std::ranges::sort(list);
  const double single = times[0][times[0].size() / 2];
  const double lanes = times[1][times[1].size() / 2];
  return {{"engine", std::string(engine_name(engines[1]))},
          {"libsodium_us", single},
          {"lanes_us", lanes},
          {"libsodium_per_s", 1e6 / single},
          {"lanes_per_s", 1e6 / lanes},
          {"ratio", single / lanes},
          {"all_accepted", all_good}};
}

// libsodium itself, not our wrapper of it.
bool reference(const ForgedSignature& one) {
  return crypto_sign_verify_detached(one.signature.data(), one.message.data(), one.message.size(),
                                     one.key.data()) == 0;
}

// Every kind of forgery in turn. Prints the first difference.
nlohmann::json run_campaign(std::uint64_t count, std::uint64_t seed) {
  Forger forger(seed);
  std::uint64_t differences = 0;
  std::vector<std::uint64_t> made(kForgeries);
  std::vector<std::uint64_t> accepted(kForgeries);
  for (std::uint64_t done = 0; done < count;) {
    std::vector<ForgedSignature> cases;
    for (std::size_t i = 0; i < kBatch && done < count; ++i, ++done) {
      cases.push_back(forger.make(static_cast<Forgery>(done % kForgeries)));
    }
    const std::vector<bool> verdicts = verify_signatures(checks_of(cases));
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const ForgedSignature& one = cases[i];
      const bool expected = reference(one);
      const std::size_t kind = (done - cases.size() + i) % kForgeries;
      ++made[kind];
      accepted[kind] += expected ? 1 : 0;
      if (verdicts[i] == expected) continue;
      if (differences++ == 0) {
        std::fprintf(stderr, "differs: key %s signature %s message %s\n", to_hex(one.key).c_str(),
                     to_hex(one.signature).c_str(), to_hex(one.message).c_str());
      }
    }
  }
  nlohmann::json kinds = nlohmann::json::object();
  for (std::size_t kind = 0; kind < kForgeries; ++kind) {
    kinds[std::string(forgery_name(static_cast<Forgery>(kind)))] = {{"made", made[kind]},
                                                                    {"accepted", accepted[kind]}};
  }
  return {{"engine", std::string(engine_name(signature_engine()))},
          {"signatures", count},
          {"seed", seed},
          {"differences", differences},
          {"kinds", kinds}};
}

// A file of C2SP's CCTV: [{"key": hex, "sig": hex, "msg": text}, ...], or such a list under
// "cases".
nlohmann::json compare_vectors(const std::string& path) {
  std::ifstream file(path);
  const auto read = nlohmann::json::parse(file);
  std::vector<ForgedSignature> cases;
  for (const auto& vector : read.is_array() ? read : read.at("cases")) {
    const auto message = vector.at("msg").get<std::string>();
    cases.push_back({*array_from_hex<32>(vector.at("key").get<std::string>()),
                     Bytes(message.begin(), message.end()),
                     *array_from_hex<64>(vector.at("sig").get<std::string>())});
  }
  const std::vector<bool> verdicts = verify_signatures(checks_of(cases));
  std::uint64_t differences = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) differences += verdicts[i] != reference(cases[i]);
  return {{"engine", std::string(engine_name(signature_engine()))},
          {"signatures", cases.size()},
          {"accepted", std::ranges::count(verdicts, true)},
          {"differences", differences}};
}

int run(int argc, char** argv) {
  CLI::App app("Ed25519: libsodium and eight lanes, speed and verdicts.");
  bool as_json = false;
  bool is_short = false;
  std::uint64_t campaign = 0;
  std::uint64_t seed = 1;
  app.add_flag("--json", as_json, "Figures as JSON");
  app.add_flag("--short", is_short, "A second");
  app.add_option("--campaign", campaign, "Compare the verdicts on so many forgeries instead");
  app.add_option("--seed", seed, "Of the campaign");
  std::string vectors;
  app.add_option("--vectors", vectors, "Compare the verdicts on a file of vectors instead");
  CLI11_PARSE(app, argc, argv);
  const nlohmann::json out = campaign > 0       ? run_campaign(campaign, seed)
                             : !vectors.empty() ? compare_vectors(vectors)
                                                : measure(is_short ? 3 : 41);
  std::cout << (as_json ? out.dump() : out.dump(2)) << "\n";
  const bool is_right =
      out.contains("differences") ? out["differences"] == 0 : out["all_accepted"] == true;
  return is_right ? 0 : 1;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) { return earshot::run(argc, argv); }
