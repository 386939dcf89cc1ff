// Runs a fuzz target without libFuzzer: every file of the corpus directory (when there is one),
// then mutations of them and random bytes, a fixed number unless the target is slow. The seed is
// fixed, so that a failure repeats.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int kRuns = 4000;             // Chosen: about a second with sanitizers.
constexpr double kSeconds = 4;          // Of processor time, for targets that are slow. Chosen.
constexpr std::size_t kMaxBytes = 600;  // Chosen: longer than any message body.

std::vector<Input> read_corpus(const char* directory) {
  std::vector<Input> corpus;
  if (!std::filesystem::is_directory(directory)) return corpus;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());  // Folders list files in any order.
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

Input mutate(Input input, std::mt19937_64& rng) {
  for (std::uint64_t edits = 1 + rng() % 4; edits > 0; --edits) {
    const std::size_t at = input.empty() ? 0 : rng() % input.size();
    switch (rng() % 4) {
      case 0:
        if (!input.empty()) input[at] = static_cast<std::uint8_t>(rng());
        break;
      case 1:
        input.insert(input.begin() + static_cast<std::ptrdiff_t>(at),
                     static_cast<std::uint8_t>(rng()));
        break;
      case 2:
        input.resize(at);
        break;
      default:
        if (!input.empty()) input[at] = static_cast<std::uint8_t>(input[at] ^ (1U << (rng() % 8)));
    }
  }
  return input;
}

double seconds_used() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  std::vector<Input> corpus = argc > 1 ? read_corpus(argv[1]) : std::vector<Input>{};
  for (const Input& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());
  std::mt19937_64 rng(1);
  int run = 0;
  for (; run < kRuns && seconds_used() < kSeconds; ++run) {
    Input input;
    if (!corpus.empty() && rng() % 2 == 0) {
      input = mutate(corpus[rng() % corpus.size()], rng);
    } else {
      input.resize(rng() % kMaxBytes);
      std::generate(input.begin(), input.end(), [&] { return static_cast<std::uint8_t>(rng()); });
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu corpus files, %d runs\n", corpus.size(), run);
  return 0;
}
