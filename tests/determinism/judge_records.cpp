// Judges committed records and prints what came out, a line for each: name, hash of the seal, of
// the artifact, of all verdicts, then the rewards root. Every compiler, optimisation and kind of
// machine has to print the same (scripts/check-determinism).
#include <cstdio>
#include <fstream>
#include <iterator>

#include "core/hash.h"
#include "verifier/judge.h"

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `path`: NAME.record, its policy next to it as NAME.policy.toml.
int judge(const std::string& path) {
  using namespace earshot;
  const std::string stem = path.substr(0, path.rfind(".record"));
  const std::string raw = text_of(stem + ".record");
  const auto policy = rewards::parse_policy(text_of(stem + ".policy.toml"), stem);
  const auto record = verifier::decode_record(Bytes(raw.begin(), raw.end()));
  if (!policy || !record) {
    std::fprintf(stderr, "%s: %s\n", stem.c_str(),
                 (policy ? record.error() : policy.error()).detail.c_str());
    return 65;
  }
  const auto outcome = verifier::judge_epoch(*record, *policy);
  if (!outcome)
    return std::fprintf(stderr, "%s: %s\n", stem.c_str(), outcome.error().detail.c_str()), 65;
  Bytes verdicts;
  for (const verifier::Verdict& verdict : outcome->verdicts) {
    const Bytes bytes = verifier::encode(verdict);
    verdicts.insert(verdicts.end(), bytes.begin(), bytes.end());
  }
  std::printf("%s %s %s %s %s\n", stem.substr(stem.rfind('/') + 1).c_str(),
              to_hex(verifier::seal_hash(outcome->seal)).c_str(),
              to_hex(outcome->seal.artifact).c_str(), to_hex(sha256(verdicts)).c_str(),
              to_hex(outcome->seal.rewards_root).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (const int code = judge(argv[i]); code != 0) return code;
  }
  if (argc < 2) std::fprintf(stderr, "usage: judge-records FILE.record...\n");
  return argc > 1 ? 0 : 2;
}
