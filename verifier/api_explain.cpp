// "Why was this paid, or not?" over HTTP: the sealed summary's own figures, in an owner's words.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "verifier/api.h"
#include "verifier/explain.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

// Numbers of a summary: integers, or decimal strings beyond 2^53.
std::int64_t integer_of(const Json& value) {
  return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<std::int64_t>();
}

std::vector<Finding> findings_of(const Json& detail) {
  std::vector<Finding> findings;
  for (const auto& [name, value] : detail.items()) {
    if (name != "rule") findings.push_back({name, integer_of(value)});
  }
  return findings;
}

// What publish wrote: our own text.
Verdict verdict_of(const Json& text) {
  Verdict verdict;
  verdict.message = *array_from_hex<32>(text.at("id").get<std::string>());
  verdict.hotspot = *array_from_hex<32>(text.at("hotspot").get<std::string>());
  verdict.round = static_cast<Round>(integer_of(text.at("round")));
  for (std::uint8_t type = 1; type <= 4; ++type) {
    const auto named = static_cast<MessageType>(type);
    if (text.at("type") == std::string(type_name(named))) verdict.type = named;
    const auto decision = static_cast<Decision>(type);
    if (text.at("verdict") == std::string(decision_name(decision))) verdict.decision = decision;
  }
  verdict.reason = text.at("reason").get<std::string>();
  verdict.rule = text.at("detail").at("rule").get<std::string>();
  verdict.findings = findings_of(text.at("detail"));
  return verdict;
}

Json explained(const Json& text) {
  const Verdict verdict = verdict_of(text);
  Json out = text;
  out["about"] = "message";
  if (const ReasonInfo* info = find_reason(verdict.reason)) {
    out["meaning"] = std::string(info->meaning);
    out["inputs"] = std::string(info->inputs);
    out["threshold"] = std::string(info->threshold);
  }
  out["paid"] = payment_sentence(verdict);
  out["text"] = explain(verdict);
  return out;
}

Json explained(const Json& summary, const Json& reward) {
  const std::string key = reward.at("hotspot").get<std::string>();
  const Json& place = summary.at("tiers").at(key);
  rewards::Standing standing;
  standing.hotspot = *array_from_hex<32>(key);
  standing.owner = *array_from_hex<20>(reward.at("owner").get<std::string>().substr(2));
  for (std::size_t i = 0; i < rewards::kTierCount; ++i) {
    const auto tier = static_cast<rewards::Tier>(i);
    if (place.at("tier") == std::string(rewards::tier_name(tier))) standing.tier = tier;
  }
  Json out = reward;
  out["about"] = "hotspot";
  out["detail"] = place.at("detail");
  out["paid"] = reward.at("amount") == "0" ? "Paid nothing in this epoch."
                                           : "Paid " + reward.at("amount").get<std::string>() +
                                                 " base units in this epoch.";
  out["text"] = explain(standing, findings_of(place.at("detail")));
  return out;
}

}  // namespace

HttpResponse Api::get_explanation(std::string_view number, std::string_view id) {
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), epoch);
  if (error != std::errc{} || end != number.data() + number.size()) {
    return error_response(400, "epoch: expected a number");
  }
  const Result<Hash256> asked = array_from_hex<32>(id);
  if (!asked) return error_response(400, "id: " + asked.error().detail);
  const Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(epoch);
  if (!sealed) return unavailable(sealed.error());
  if (!*sealed) return error_response(404, "epoch " + std::to_string(epoch) + " is not sealed");
  const Json summary = Json::parse((*sealed)->summary_json);
  const std::string wanted = to_hex(*asked);
  const auto answer = [](const Json& body) {
    return HttpResponse{.status = 200, .body = body.dump(), .max_age_seconds = kForeverSeconds};
  };
  for (const Json& verdict : summary.value("verdicts", Json::array())) {
    if (verdict.at("id") == wanted) return answer(explained(verdict));
  }
  for (const Json& reward : summary.value("hotspots", Json::array())) {
    if (reward.at("hotspot") == wanted) return answer(explained(summary, reward));
  }
  const Result<std::vector<Verdict>> since = after_seal(**sealed);
  if (!since) return unavailable(since.error());
  for (const Verdict& verdict : *since) {
    if (verdict.message == *asked) return answer(explained(to_json(verdict)));
  }
  return error_response(
      404, "epoch " + std::to_string(epoch) + " has no message and no hotspot " + wanted);
}

}  // namespace earshot::verifier
