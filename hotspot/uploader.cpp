#include "hotspot/uploader.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "core/posting.h"

namespace earshot::hotspot {
namespace {

constexpr std::uint64_t kLongestRetrySeconds = 86'400;  // As in http_transport.cpp.

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

// What an upload goes on with.
struct Mail {
  Outbox& outbox;
  Transport& transport;
  UnixNanos now;
  Delivery& delivery;
};

// No whole answer came: everything waits.
void hold_back(const Mail& mail, std::span<const Parcel> parcels, const std::string& why) {
  for (const Parcel& parcel : parcels) {
    mail.outbox.postpone(parcel, mail.now, std::nullopt, true);
    mail.delivery.failed.push_back(name_of(parcel) + ": " + why);
  }
}

// These give false when the verifier does not answer, and fail when the outbox cannot write.
Result<bool> send(const Mail& mail, const Parcel& parcel) {
  const Result<HttpResponse> response =
      mail.transport.exchange({"POST", parcel.body ? "/v1/bodies" : "/v1/headers",
                               "application/octet-stream", parcel.bytes});
  if (!response) {
    hold_back(mail, {&parcel, 1}, response.error().detail);
    return false;
  }
  Result<void> taken = take_answer(mail.outbox, parcel, *response, mail.now, mail.delivery);
  if (!taken) return fail(taken.error());
  return true;
}

// The answers to `count` items, each as it would be to the item alone; none when there are not as
// many.
std::vector<HttpResponse> answers_in(const std::string& body, std::size_t count) {
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("items") || !json["items"].is_array()) return {};
  std::vector<HttpResponse> answers;
  for (const nlohmann::json& item : json["items"]) {
    if (!item.is_object() || !item.contains("status")) return {};
    if (!item["status"].is_number_unsigned()) return {};
    HttpResponse answer;
    answer.status =
        static_cast<int>(std::min<std::uint64_t>(item["status"].get<std::uint64_t>(), 599));
    answer.body = item.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto wait = item.find("retry_after_seconds");
    if (wait != item.end() && wait->is_number_unsigned()) {
      answer.retry_after_seconds =
          static_cast<std::int64_t>(std::min(wait->get<std::uint64_t>(), kLongestRetrySeconds));
    }
    answers.push_back(std::move(answer));
  }
  return answers.size() == count ? answers : std::vector<HttpResponse>{};
}

Result<bool> send(const Mail& mail, std::span<const Parcel> parcels) {
  Bytes request;
  for (const Parcel& parcel : parcels) {
    add_posted(request, parcel.body ? PostedType::batch : PostedType::header, parcel.bytes);
  }
  const Result<HttpResponse> response = mail.transport.exchange(
      {"POST", "/v1/messages", "application/octet-stream", std::move(request)});
  if (!response) {
    hold_back(mail, parcels, response.error().detail);
    return false;
  }
  std::vector<HttpResponse> answers = answers_in(response->body, parcels.size());
  const bool is_refused = meaning_of(response->status) == Answer::refused;
  for (std::size_t i = 0; i < parcels.size(); ++i) {
    // An answer without items is about the whole request.
    if (answers.empty() && is_refused) {
      const Result<bool> sent = send(mail, parcels[i]);
      if (!sent || !*sent) return sent;
      continue;
    }
    Result<void> taken = take_answer(
        mail.outbox, parcels[i], answers.empty() ? *response : answers[i], mail.now, mail.delivery);
    if (!taken) return fail(taken.error());
  }
  return true;
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
  Mail mail{outbox, transport, now, delivery};
  while (true) {
    const std::vector<Parcel> parcels = outbox.due_together(now);
    if (parcels.empty()) return delivery;
    const Result<bool> sent = parcels.size() == 1 ? send(mail, parcels[0]) : send(mail, parcels);
    if (!sent) return fail(sent.error());
    if (!*sent) return delivery;
  }
}

}  // namespace earshot::hotspot
