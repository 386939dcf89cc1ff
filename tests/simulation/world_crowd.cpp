// What the hotspots do: onboard, send headers and bodies until they are taken, answer audits.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "core/posting.h"
#include "tests/simulation/world_inside.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

constexpr int kAttempts = 8;
constexpr std::uint32_t kCollected = 350;  // Per thousand.

HttpRequest binary(const char* target, const Bytes& body) {
  return {"POST", target, "application/octet-stream", std::string(body.begin(), body.end())};
}
HttpRequest json(const char* target, const nlohmann::json& body) {
  return {"POST", target, "application/json", body.dump()};
}

}  // namespace

void World::onboard() {
  for (std::size_t hotspot = 0; hotspot < kStranger; ++hotspot) {
    const UnixNanos opening = opening_of(kFirstEpoch);
    const UnixNanos early = opening - 30 * kMinute + span(0, 15 * kMinute);
    const UnixNanos late = opening + span(-10 * kMinute, 30 * kMinute);
    at(dice_.chance(60) ? late : early,
       [this, hotspot] { ship(hotspot, {crowd_.onboarding(hotspot, 1)}, kFirstEpoch); });
    if (!dice_.chance(150)) continue;
    at(opening + span(-20 * kMinute, 90 * kMinute),
       [this, hotspot] { ship(hotspot, {crowd_.onboarding(hotspot, 2)}, kFirstEpoch); });
  }
}

// Everybody says what the epoch gave them to say, as soon as its entropy is known.
void World::speak(std::uint64_t epoch) {
  if (!node_) return after(20 * kSecond, [this, epoch] { speak(epoch); });
  const EpochRecord head = oracle_.record_of(epoch, 0, node_->registry());
  const auto said = crowd_.speak(head, dice_);
  for (std::size_t hotspot = 0; hotspot < kHotspots; ++hotspot) {
    std::vector<Message> first;
    std::vector<Message> second;
    for (const Message& message : said[hotspot]) {
      (dice_.chance(700) ? first : second).push_back(message);
      // Says it twice, or says something else the second time.
      if (dice_.chance(40)) second.push_back(message);
      if (dice_.chance(40)) second.push_back(Crowd::contradict(message));
    }
    for (const std::vector<Message>& messages : {first, second}) {
      if (!messages.empty()) ship(hotspot, messages, epoch);
    }
  }
}

void World::ship(std::size_t hotspot, const std::vector<Message>& messages, std::uint64_t epoch) {
  const bool onboards = std::holds_alternative<Onboarding>(messages.front());
  const bool forks = !onboards && dice_.chance(30);
  for (const bool fork : {false, true}) {
    if (fork && !forks) break;
    const auto shipment = std::make_shared<Shipment>();
    shipment->hotspot = hotspot;
    shipment->parcel =
        crowd_.sign(hotspot, fork ? std::vector{Crowd::contradict(messages[0])} : messages, fork);
    shipment->as_json = dice_.chance(150);
    const UnixNanos reveal =
        round_opening(shipment->parcel.header.header.last_round + 1) + 15 * kMinute;
    const std::uint64_t fate = onboards ? 0 : dice_.below(30);
    shipment->body_at = onboards    ? 0
                        : fate == 0 ? reveal - span(1, 10) * kMinute
                        : fate == 1 ? last_body_of(epoch)
                        : fate == 2 ? last_body_of(epoch) + span(-600, 600) * kSecond
                        : fate == 3 ? seal_of(epoch) + span(-60, 60) * kSecond
                                    : reveal + span(0, 2400 * kSecond);
    const UnixNanos header_after =
        dice_.chance(50) ? span(700, 1500) * kSecond : span(1, 400) * kSecond;
    after(onboards ? 0 : header_after, [this, shipment] { send(shipment, false); });
  }
}

void World::send(const std::shared_ptr<Shipment>& shipment, bool body) {
  if (dice_.chance(kCollected)) {
    collected_.emplace_back(shipment, body);
    if (collected_.size() == 1) after(span(0, 90) * kSecond, [this] { send_collected(); });
    return;
  }
  const Parcel& parcel = shipment->parcel;
  HttpRequest request;
  if (shipment->as_json) {
    request = body ? json("/v1/bodies", to_json(parcel.batch))
                   : json("/v1/headers", nlohmann::json::array({to_json(parcel.header)}));
  } else {
    request = body ? binary("/v1/bodies", parcel.body_bytes())
                   : binary("/v1/headers", parcel.header_bytes());
  }
  post(std::move(request), [this, shipment, body](const std::optional<HttpResponse>& response) {
    take_answer(shipment, body, response);
  });
}

// What has come together, of whatever hotspots: a relay of theirs would do so.
void World::send_collected() {
  const auto items = std::exchange(collected_, {});
  Bytes bytes;
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [shipment, body] : items) {
    const Parcel& parcel = shipment->parcel;
    add_posted(bytes, body ? PostedType::batch : PostedType::header,
               body ? parcel.body_bytes() : parcel.header_bytes());
    list.push_back(body ? to_json(parcel.batch) : to_json(parcel.header));
  }
  HttpRequest request =
      dice_.chance(150) ? json("/v1/messages", list) : binary("/v1/messages", bytes);
  post(std::move(request), [this, items](const std::optional<HttpResponse>& response) {
    const auto answer =
        response ? nlohmann::json::parse(response->body, nullptr, false) : nlohmann::json::object();
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::optional<HttpResponse> own = response;
      if (answer.contains("items")) {
        const nlohmann::json& item = answer["items"][i];
        own->status = item["status"];
        own->retry_after_seconds.reset();
        if (const std::int64_t wait = item.value("retry_after_seconds", std::int64_t{0});
            wait > 0) {
          own->retry_after_seconds = wait;
        }
      }
      take_answer(items[i].first, items[i].second, own);
    }
  });
}

void World::take_answer(const std::shared_ptr<Shipment>& shipment, bool body,
                        const std::optional<HttpResponse>& response) {
  const int status = response ? response->status : 0;
  const bool is_taken = (status >= 200 && status < 300) || status == 409;
  if (is_taken && body) return;
  if (is_taken) {
    return at(shipment->body_at, [this, shipment] { send(shipment, true); });
  }
  // It asks again for as long as nobody is there.
  if (!response && !node_) {
    return after(span(30, 600) * kSecond, [this, shipment, body] { send(shipment, body); });
  }
  if (++shipment->attempts >= kAttempts) return;
  // Its header is not there (lost in a crash before it was acknowledged to anybody), or it was
  // damaged on the way.
  const bool next_body = body && status != 404;
  const std::int64_t pause =
      response ? response->retry_after_seconds.value_or(span(5, 200)) : span(5, 200);
  after(pause * kSecond, [this, shipment, next_body] { send(shipment, next_body); });
}

// Asks which audits wait for this hotspot, and brings their chunks.
void World::answer_audits(std::size_t hotspot) {
  if (!node_ || !disk_.is_running()) return;
  const std::string key = to_hex(Crowd::key_of(hotspot));
  const HttpResponse tasks = get("/v1/hotspots/" + key + "/tasks");
  if (tasks.status != 200) return;
  const nlohmann::json asked = nlohmann::json::parse(tasks.body);
  for (const auto& task : asked.at("evidence")) {
    const std::string target = "/v1/evidence/" + task["report"].get<std::string>();
    after(span(0, 120 * kSecond), [this, target, key] {
      post({"POST", target, "application/octet-stream", key}, [](const auto&) {});
    });
  }
}

}  // namespace earshot::simulation
