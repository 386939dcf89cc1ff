#include "tests/bench/peer.h"

#include <stdlib.h>  // mkstemp
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

namespace earshot::radio {

namespace {

// The last line that a command prints.
std::string last_line_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> piece;
  while (pipe && std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr) {
    if (text.ends_with('\n')) text.clear();
    text += piece.data();
  }
  return text;
}

}  // namespace

Result<PeerRun> run_peer(const std::string& command, SampleView samples, int spreading_factor) {
  std::string path = (std::filesystem::temp_directory_path() / "earshot-peer-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return fail(Errc::unavailable, path + " cannot be made");
  const auto size = static_cast<ssize_t>(samples.size_bytes());
  const bool written = write(file, samples.data(), samples.size_bytes()) == size;
  close(file);
  std::string text;
  if (written) text = last_line_of(command + " " + path + " " + std::to_string(spreading_factor));
  std::filesystem::remove(path);
  const auto found = nlohmann::json::parse(text, nullptr, false);
  if (!found.is_object() || !found.contains("samples_per_s") || !found.contains("frames")) {
    return fail(Errc::unavailable, "the peer's command \"" + command + "\" printed at last \"" +
                                       text +
                                       "\", expected {\"samples_per_s\": ..., \"frames\": ...}");
  }
  return PeerRun{found["samples_per_s"].get<double>(), found["frames"].get<int>()};
}

}  // namespace earshot::radio
