#include "hotspot/uploader.h"

#include <nlohmann/json.hpp>

namespace earshot::hotspot {
namespace {

std::string name_of(const Parcel& parcel) {
  return (parcel.body ? "body " : "header ") + std::to_string(parcel.sequence);
}

Result<void> take_answer(Outbox& outbox, const Parcel& parcel, const HttpResponse& response,
                         UnixNanos now, Delivery& delivery) {
  const std::string status = std::to_string(response.status);
  switch (meaning_of(response.status)) {
    case Answer::taken:
      ++(parcel.body ? delivery.bodies : delivery.headers);
      return outbox.acknowledge(parcel, response.status);
    case Answer::wait:
    case Answer::unavailable:
      outbox.postpone(parcel, now, response.retry_after_seconds,
                      meaning_of(response.status) == Answer::unavailable);
      delivery.failed.push_back(name_of(parcel) + ": " + status + " " + error_line(response.body));
      return {};
    case Answer::refused:
      delivery.refused.push_back({name_of(parcel), response.status, error_line(response.body)});
      return outbox.refuse(parcel, response.status, error_line(response.body));
  }
  return {};
}

}  // namespace

Answer meaning_of(int status) {
  if (status >= 200 && status < 300) return Answer::taken;
  if (status == 429) return Answer::wait;
  if (status == 408 || status >= 500) return Answer::unavailable;
  return Answer::refused;
}

std::string error_line(const std::string& body) {
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  std::string line = body;
  if (json.is_object() && json.contains("error") && json["error"].is_string()) {
    line = json["error"].get<std::string>();
  }
  line.resize(std::min(line.size(), kMaxDetailBytes));
  for (char& c : line) {
    if (c < ' ' || c > '~') c = ' ';
  }
  return line;
}

Result<Delivery> upload(Outbox& outbox, Transport& transport, UnixNanos now) {
  Delivery delivery;
  if (Result<void> expired = outbox.expire(now); !expired) return fail(expired.error());
  while (const std::optional<Parcel> parcel = outbox.due(now)) {
    const Result<HttpResponse> response =
        transport.exchange({"POST", parcel->body ? "/v1/bodies" : "/v1/headers",
                            "application/octet-stream", parcel->bytes});
    if (!response) {
      outbox.postpone(*parcel, now, std::nullopt, true);
      delivery.failed.push_back(name_of(*parcel) + ": " + response.error().detail);
      return delivery;
    }
    if (Result<void> taken = take_answer(outbox, *parcel, *response, now, delivery); !taken) {
      return fail(taken.error());
    }
  }
  return delivery;
}

}  // namespace earshot::hotspot
