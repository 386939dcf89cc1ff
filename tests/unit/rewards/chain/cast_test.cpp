// Asks the independent client again, so that the stored vectors are what it says and not what
// somebody typed. Skipped where npm's packages are not installed.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

std::string cast_program() {
  const std::filesystem::path folder =
      std::filesystem::path(EARSHOT_SOURCE_DIR) / "node_modules" / "@foundry-rs";
  for (const char* package : {"cast-linux-amd64", "cast-linux-arm64"}) {
    const std::filesystem::path program = folder / package / "bin" / "cast";
    if (std::filesystem::exists(program)) return program.string();
  }
  return "";
}

// For the shell: the vectors hold no single quotes.
std::string quoted(const std::string& argument) {
  std::string out = "'";
  out += argument;
  out += "'";
  return out;
}

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.append(buffer.data(), count);
  }
  ::pclose(pipe);
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

TEST(EvmVectors, AreWhatCastAnswersToday) {
  const std::string cast = cast_program();
  if (cast.empty()) GTEST_SKIP() << "no cast in node_modules (npm ci --ignore-scripts)";
  for (const auto& [name, question] : evm_vectors().at("cases").items()) {
    std::string command = quoted(cast);
    for (const auto& argument : question.at("arguments")) {
      command += ' ';
      command += quoted(argument.get<std::string>());
    }
    EXPECT_EQ(output_of(command + " 2>&1"), question.at("output").get<std::string>()) << name;
  }
}

}  // namespace
}  // namespace earshot::rewards::chain
