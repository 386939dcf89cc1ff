#include "verifier/evidence_request.h"

#include <algorithm>

#include "verifier/evidence_audit.h"

namespace earshot::verifier {
namespace {

enum class Ask : std::uint8_t { audit = 1, noise = 2 };

void put_evidence(Writer& out, const Evidence& evidence) {
  out.put(encode(Message(evidence.report)));
  out.put(static_cast<std::uint32_t>(evidence.bytes.size()));
  out.put(evidence.bytes);
}

Result<Evidence> get_evidence(Reader& in) {
  Result<Message> message =
      decode(MessageType::witness_report, in.get_bytes(body_size(MessageType::witness_report)));
  if (!message) return fail(message.error());
  Evidence evidence{.id = {}, .report = std::get<WitnessReport>(*message), .bytes = {}};
  const ByteView bytes = in.get_bytes(in.get<std::uint32_t>());
  if (in.failed()) return fail(Errc::bad_data, "evidence request: ends inside a snippet");
  evidence.bytes.assign(bytes.begin(), bytes.end());
  return evidence;
}

Result<Bytes> answer_audit(Reader& in) {
  Result<Evidence> evidence = get_evidence(in);
  if (!evidence) return fail(evidence.error());
  if (Result<void> end = in.finish("evidence request"); !end) return fail(end.error());
  return encode(measure_evidence({}, evidence->report, std::move(evidence->bytes)));
}

Result<Bytes> answer_noise(Reader& in) {
  const std::size_t count = in.get<std::uint8_t>();
  std::vector<Evidence> all;
  for (std::size_t i = 0; i < count; ++i) {
    Result<Evidence> evidence = get_evidence(in);
    if (!evidence) return fail(evidence.error());
    all.push_back(std::move(*evidence));
  }
  if (Result<void> end = in.finish("evidence request"); !end) return fail(end.error());
  Writer out;
  for (const std::uint32_t ppm : correlate_evidence(all)) out.put(ppm);
  return std::move(out).take();
}

}  // namespace

Bytes audit_request(const Evidence& evidence) {
  Writer out;
  out.put(static_cast<std::uint8_t>(Ask::audit));
  put_evidence(out, evidence);
  return std::move(out).take();
}

Bytes noise_request(std::span<const Evidence> evidence) {
  Writer out;
  out.put(static_cast<std::uint8_t>(Ask::noise));
  out.put(static_cast<std::uint8_t>(evidence.size()));
  for (const Evidence& each : evidence) put_evidence(out, each);
  return std::move(out).take();
}

Result<Bytes> answer_request(ByteView request) {
  Reader in(request);
  const auto ask = in.get<std::uint8_t>();
  if (ask == static_cast<std::uint8_t>(Ask::audit)) return answer_audit(in);
  if (ask == static_cast<std::uint8_t>(Ask::noise)) return answer_noise(in);
  return fail(Errc::bad_data, "evidence request: asks for " + std::to_string(ask) +
                                  ", 1 (audit) and 2 (noise) are known");
}

Result<AuditRecord> read_audit_answer(const Hash256& report, ByteView answer) {
  Reader in(answer);
  Result<AuditRecord> audit = get_audit(in);
  if (!audit) return audit;
  if (Result<void> end = in.finish("evidence answer"); !end) return fail(end.error());
  audit->report = report;
  return audit;
}

Result<std::vector<NoisePair>> read_noise_answer(std::span<const Evidence> evidence,
                                                 ByteView answer) {
  Reader in(answer);
  std::vector<NoisePair> pairs;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    for (std::size_t k = i + 1; k < evidence.size(); ++k) {
      const auto [one, other] = std::minmax(evidence[i].id, evidence[k].id);
      pairs.push_back({one, other, in.get<std::uint32_t>()});
    }
  }
  if (Result<void> end = in.finish("evidence answer"); !end) return fail(end.error());
  return pairs;
}

}  // namespace earshot::verifier
