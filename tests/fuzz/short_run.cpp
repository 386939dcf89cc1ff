// Runs a fuzz target without libFuzzer: every file of the corpus directory (when there is one),
// then mutations of them and random bytes for a minute, or as EARSHOT_FUZZ_SECONDS says. The seed
// is fixed, so that a failure repeats; the input that it failed on is kept, as libFuzzer does, as
// crash-<target>.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

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

// For the handler: what runs, and where to keep it.
const Input* running = nullptr;
std::string crash_file;

void keep_input(int signal) {
  const int file = open(crash_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file >= 0 && running != nullptr) {
    const ssize_t written = write(file, running->data(), running->size());
    static_cast<void>(written);  // The process ends either way.
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(const Input& input) {
  running = &input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
  running = nullptr;
}

// Of processor time.
double seconds_wanted() {
  const char* said = std::getenv("EARSHOT_FUZZ_SECONDS");
  return said == nullptr ? 60 : std::strtod(said, nullptr);
}
double seconds_used() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

// TARGET [DIRECTORY]
int main(int argc, char** argv) {
  crash_file = "crash-" + std::filesystem::path(argv[0]).filename().string();
  std::vector<Input> corpus = argc > 1 ? read_corpus(argv[1]) : std::vector<Input>{};
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS})
    std::signal(signal, keep_input);
  for (const Input& input : corpus) run(input);
  std::mt19937_64 rng(1);
  std::uint64_t runs = 0;
  for (const double wanted = seconds_wanted(); seconds_used() < wanted; ++runs) {
    Input input;
    if (!corpus.empty() && rng() % 2 == 0) {
      input = mutate(corpus[rng() % corpus.size()], rng);
    } else {
      input.resize(rng() % kMaxBytes);
      std::generate(input.begin(), input.end(), [&] { return static_cast<std::uint8_t>(rng()); });
    }
    run(input);
  }
  std::printf("%zu corpus files, %llu runs\n", corpus.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}
