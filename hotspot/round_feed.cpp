#include "hotspot/round_feed.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "hotspot/uploader.h"

namespace earshot::hotspot {
namespace {

using Json = nlohmann::json;

Result<NetworkId> network_of(const Json& json) {
  const auto& text = json.get_ref<const std::string&>();
  NetworkId network = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), network);
  if (error == std::errc{} && end == text.data() + text.size()) return network;
  return fail(Errc::bad_data, "round: network is not a number");
}

}  // namespace

Result<RoundNews> parse_round(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return fail(Errc::bad_data, "round: the answer is no JSON object");
  const auto wrong = [](const char* what) {
    return fail(Errc::bad_data, std::string("round: ") + what + " is missing or of another kind");
  };
  RoundNews news;
  if (!json.contains("round") || !json["round"].is_number_unsigned()) return wrong("round");
  news.round = json["round"].get<Round>();
  if (!json.contains("network") || !json["network"].is_string()) return wrong("network");
  const Result<NetworkId> network = network_of(json["network"]);
  if (!network) return fail(network.error());
  news.network = *network;
  if (!json.contains("entropy")) return wrong("entropy");
  if (json["entropy"].is_null()) return news;
  if (!json["entropy"].is_string()) return wrong("entropy");
  const Result<Entropy> entropy = array_from_hex<32>(json["entropy"].get<std::string>());
  if (!entropy) return fail(Errc::bad_data, "round: entropy: " + entropy.error().detail);
  news.entropy = *entropy;
  return news;
}

Result<RoundNews> fetch_round(Transport& transport, Round round, NetworkId network) {
  const Result<HttpResponse> response =
      transport.exchange({"GET", "/v1/rounds/" + std::to_string(round), "", {}});
  if (!response) return fail(response.error());
  if (response->status != 200) {
    return fail(Errc::unavailable, "round " + std::to_string(round) + ": " +
                                       std::to_string(response->status) + " " +
                                       error_line(response->body));
  }
  Result<RoundNews> news = parse_round(response->body);
  if (!news) return news;
  if (news->round != round || news->network != network) {
    return fail(Errc::bad_data, "asked for round " + std::to_string(round) + " of network " +
                                    std::to_string(network) + ", was told round " +
                                    std::to_string(news->round) + " of " +
                                    std::to_string(news->network));
  }
  return news;
}

}  // namespace earshot::hotspot
