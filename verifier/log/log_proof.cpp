#include "verifier/log/log_proof.h"

#include <charconv>

#include "core/base64.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kMostHashes = 63;  // Given: a log has fewer than 2^63 entries.

// Lines one after the other; the error names the line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // The next line without its newline; an empty one when there is none.
  std::string_view next() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    ++number_;
    return line;
  }
  std::string_view rest() const { return rest_; }
  tl::unexpected<Error> wrong(const std::string& expected) const {
    return fail(Errc::bad_data,
                "log proof: line " + std::to_string(number_) + ": expected " + expected);
  }

 private:
  std::string_view rest_;
  int number_ = 0;
};

}  // namespace

std::string to_string(const LogProof& proof) {
  std::string text = std::string(kFirstLine) + "\n";
  if (proof.extra) text += "extra " + to_base64(*proof.extra) + "\n";
  text += "index " + std::to_string(proof.index) + "\n";
  for (const Hash256& hash : proof.path) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint;
}

Result<LogProof> parse_log_proof(std::string_view text) {
  Lines lines(text);
  LogProof proof;
  if (lines.next() != kFirstLine) return lines.wrong(std::string(kFirstLine));
  std::string_view line = lines.next();
  constexpr std::string_view kExtra = "extra ";
  if (line.starts_with(kExtra)) {
    Result<Bytes> extra = from_base64(line.substr(kExtra.size()));
    if (!extra) return lines.wrong("base64 after extra");
    proof.extra = *std::move(extra);
    line = lines.next();
  }
  constexpr std::string_view kIndex = "index ";
  if (!line.starts_with(kIndex)) return lines.wrong("index and a number");
  line.remove_prefix(kIndex.size());
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), proof.index);
  if (error != std::errc{} || end != line.data() + line.size() ||
      std::to_string(proof.index) != line) {
    return lines.wrong("index and a number");
  }
  for (line = lines.next(); !line.empty(); line = lines.next()) {
    const Result<Hash256> hash = hash_from_base64(line);
    if (!hash || proof.path.size() == kMostHashes) {
      return lines.wrong("at most 63 hashes, 32 bytes of base64 each");
    }
    proof.path.push_back(*hash);
  }
  if (lines.rest().empty()) return lines.wrong("the checkpoint after an empty line");
  proof.checkpoint = lines.rest();
  return proof;
}

}  // namespace earshot::verifier
