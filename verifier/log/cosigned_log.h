// A log's checkpoint with the cosignatures of its witnesses (C2SP tlog-witness, as a client): who
// trusts the witnesses knows that the log shows everybody one history.
//
// Any thread may read what is published; one at a time refreshes it.
#pragma once
#include <functional>
#include <mutex>
#include <optional>

#include "verifier/log/checkpoint.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {

struct WitnessAddress {
  NoteKey key;      // cosignature_v1
  std::string url;  // Its submission prefix: add-checkpoint is below it.
};
// "NAME+ID+BASE64 http://HOST:PORT/PREFIX"; Errc::bad_data when it is another form or the key is no
// cosignature key.
Result<WitnessAddress> parse_witness_address(const std::string& text);

struct WitnessReply {
  unsigned status = 0;
  std::string body;
};
using AskWitness = std::function<Result<WitnessReply>(const std::string& url, const std::string&)>;
// By HTTP. Errc::unavailable.
Result<WitnessReply> ask_over_http(const std::string& url, const std::string& body);

class CosignedLog {
 public:
  struct Parts {
    NoteSigner signer;
    std::function<LogHead()> head;
    TileHashes hashes;                      // Of the log up to any head it has had.
    std::vector<WitnessAddress> witnesses;  // None: the newest head, signed by the log alone.
    std::size_t least = 0;  // A checkpoint with fewer cosignatures is not published.
    AskWitness ask = ask_over_http;
  };
  explicit CosignedLog(Parts parts);

  const NoteKey& key() const { return parts_.signer.key; }
  // Nothing until the first checkpoint has cosignatures enough.
  std::optional<Note> published() const;
  // Asks the witnesses about the newest head; publishes it with the cosignatures that came. The
  // error names every witness that gave none, published or not.
  Result<void> refresh();

 private:
  Result<NoteSignature> cosignature_of(std::size_t witness, const LogHead& head, const Note& note);
  Result<WitnessReply> send(std::size_t witness, const LogHead& head, const Note& note) const;

  const Parts parts_;
  std::vector<std::uint64_t>
      known_;  // The size that each witness cosigned last, so far as we know.
  mutable std::mutex mutex_;
  std::optional<Note> published_;
};

}  // namespace earshot::verifier
