#include "verifier/verdict.h"

#include <cassert>
#include <utility>

namespace earshot::verifier {
namespace {

// Names are short identifiers: one length byte, then the characters.
void put_name(Writer& out, const std::string& name) {
  assert(name.size() < 256);
  out.put(static_cast<std::uint8_t>(name.size()));
  out.put(as_bytes(name));
}
std::string get_name(Reader& in) {
  const ByteView raw = in.get_bytes(in.get<std::uint8_t>());
  return {raw.begin(), raw.end()};
}

}  // namespace

Bytes encode(const Verdict& verdict) {
  Writer out;
  out.put(verdict.message);
  out.put(static_cast<std::uint8_t>(verdict.type));
  out.put(verdict.hotspot);
  out.put(verdict.round);
  out.put(static_cast<std::uint8_t>(verdict.decision));
  put_name(out, verdict.reason);
  put_name(out, verdict.rule);
  assert(verdict.findings.size() < 256);
  out.put(static_cast<std::uint8_t>(verdict.findings.size()));
  for (const Finding& finding : verdict.findings) {
    put_name(out, finding.name);
    out.put(finding.value);
  }
  return std::move(out).take();
}

Result<Verdict> decode_verdict(ByteView bytes) {
  Reader in(bytes);
  Verdict verdict;
  verdict.message = in.get_array<32>();
  const auto type = in.get<std::uint8_t>();
  verdict.hotspot = in.get_array<32>();
  verdict.round = in.get<Round>();
  const auto decision = in.get<std::uint8_t>();
  verdict.reason = get_name(in);
  verdict.rule = get_name(in);
  const auto findings = in.get<std::uint8_t>();
  for (std::uint8_t i = 0; i < findings && !in.failed(); ++i) {
    std::string name = get_name(in);
    verdict.findings.push_back({std::move(name), in.get<std::int64_t>()});
  }
  if (Result<void> end = in.finish("verdict"); !end) return fail(end.error());
  if (type < 1 || type > 4 || decision < 1 || decision > 4) {
    return fail(Errc::bad_data, "verdict: type " + std::to_string(type) + ", decision " +
                                    std::to_string(decision) + ", expected 1 to 4");
  }
  verdict.type = static_cast<MessageType>(type);
  verdict.decision = static_cast<Decision>(decision);
  return verdict;
}

std::string_view decision_name(Decision decision) {
  switch (decision) {
    case Decision::accepted:
      return "accepted";
    case Decision::rejected:
      return "rejected";
    case Decision::late:
      return "late";
    case Decision::void_:
      return "void";
  }
  return "unknown";
}

}  // namespace earshot::verifier
