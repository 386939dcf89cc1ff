// Requests and answers between the crowd and the service.
#include <nlohmann/json.hpp>

#include "tests/simulation/world_inside.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

constexpr UnixNanos kPatience = 30 * kSecond;  // Of a hotspot, for an answer.

bool is_evidence(const HttpRequest& request) { return request.target.starts_with("/v1/evidence/"); }

// None when the request could not be read.
std::vector<IntakeJob> jobs_of(const HttpRequest& request, UnixNanos now) {
  std::vector<IntakeJob> jobs;
  for (Oracle::Content& content : Oracle::contents_of(request)) {
    jobs.push_back({.content = std::move(content), .now = now});
  }
  return jobs;
}

int status_of(const IntakeJob& job) {
  static const std::map<IntakeStatus, int> kStatus = {
      {IntakeStatus::accepted, 202},     {IntakeStatus::held, 200},
      {IntakeStatus::malformed, 400},    {IntakeStatus::bad_signature, 401},
      {IntakeStatus::unregistered, 401}, {IntakeStatus::unknown_header, 404},
      {IntakeStatus::equivocation, 409}, {IntakeStatus::outdated, 410},
      {IntakeStatus::too_early, 429},    {IntakeStatus::store_failed, 503}};
  return kStatus.at(job.answer->status);
}

// As the API answers.
HttpResponse response_of(const HttpRequest& request, const std::vector<IntakeJob>& jobs) {
  if (jobs.empty()) return {.status = 400, .body = "{}"};
  HttpResponse response{.status = 0};
  std::size_t accepted = 0;
  std::size_t held = 0;
  nlohmann::json items = nlohmann::json::array();
  for (const IntakeJob& job : jobs) {
    response.status = std::max(response.status, status_of(job));
    accepted += job.answer->accepted;
    held += job.answer->held;
    response.retry_after_seconds =
        std::max(response.retry_after_seconds.value_or(0), job.answer->retry_after_seconds);
    items.push_back(
        {{"status", status_of(job)}, {"retry_after_seconds", job.answer->retry_after_seconds}});
  }
  nlohmann::json body = {{"accepted", accepted}, {"held", held}};
  if (request.target == "/v1/messages") body["items"] = items;
  response.body = body.dump();
  return response;
}

}  // namespace

void World::post(HttpRequest request, Answer answer) {
  // The first of: an answer, the end of patience.
  const auto is_over = std::make_shared<bool>(false);
  const auto once = [is_over, answer](const std::optional<HttpResponse>& response) {
    if (std::exchange(*is_over, true)) return;
    answer(response);
  };
  after(kPatience, [once] { once(std::nullopt); });
  const bool is_lost = dice_.chance(plan_.request_lost);
  const std::uint64_t copies = is_lost ? 0 : dice_.chance(plan_.duplicated) ? 2 : 1;
  for (std::uint64_t i = 0; i < copies; ++i) {
    HttpRequest copy = request;
    if (!is_evidence(copy) && dice_.chance(plan_.corrupted)) {
      char& byte = copy.body[dice_.below(copy.body.size())];
      byte = static_cast<char>(byte ^ (1 << dice_.below(8)));
    }
    const auto reply = [this, once](const std::optional<HttpResponse>& response) {
      if (!response || dice_.chance(plan_.answer_lost)) return;
      after(span(1, kSecond), [once, response] { once(response); });
    };
    if (dice_.chance(20)) {
      waiting_.emplace_back(std::move(copy), reply);
      continue;
    }
    if (!is_evidence(copy) && dice_.chance(150)) {
      after(span(kSecond / 1000, 3 * kSecond), [this, copy, reply] {
        together_.emplace_back(copy, reply);
        if (together_.size() > dice_.below(5)) deliver_together(std::exchange(together_, {}));
      });
      continue;
    }
    const UnixNanos delay = dice_.chance(plan_.delayed) ? span(kMinute, 120 * kMinute)
                                                        : span(kSecond / 1000, 3 * kSecond);
    after(delay, [this, copy, reply] { reply(deliver(copy)); });
  }
}

// One at a time where the disk is full: which of a group fail then, its order decides.
void World::deliver_together(const Arrivals& arrivals) {
  if (arrivals.size() < 2 || disk_.is_full || !node_ || !disk_.is_running()) {
    for (const auto& [request, reply] : arrivals) reply(deliver(request));
    return;
  }
  ++run_.counts.groups;
  std::vector<std::optional<HttpResponse>> answers(arrivals.size());
  with_service([&] {
    std::vector<std::vector<IntakeJob>> jobs;
    std::vector<Oracle::Expectation> expected;
    Oracle settled = oracle_;
    Oracle::Change all;
    for (const auto& [request, reply] : arrivals) {
      expected.push_back(oracle_.expect(request, clock_.now(), settled));
      all += expected.back().change;
      jobs.push_back(jobs_of(request, clock_.now()));
    }
    std::vector<IntakeJob*> good;
    for (std::vector<IntakeJob>& some : jobs) {
      for (IntakeJob& job : some) good.push_back(&job);
    }
    node_->ingest().check(good);
    std::erase_if(good, [](const IntakeJob* job) { return job->answer.has_value(); });
    if (!good.empty()) node_->ingest().settle(good);
    if (!disk_.is_running()) {
      ++run_.counts.crashes_in_requests;
      return oracle_.doubt(all);
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      answers[i] = response_of(arrivals[i].first, jobs[i]);
      note("together " + arrivals[i].first.target + " " + std::to_string(answers[i]->status));
      check_answer(expected[i], *answers[i]);
    }
  });
  for (std::size_t i = 0; i < answers.size(); ++i) arrivals[i].second(answers[i]);
}

std::optional<HttpResponse> World::deliver(const HttpRequest& request) {
  if (!node_ || !disk_.is_running()) return std::nullopt;
  ++run_.counts.requests;
  if (!is_evidence(request) && dice_.chance(100)) sent_.push_back(request);
  std::optional<HttpResponse> response;
  with_service([&] {
    const UnixNanos now = clock_.now();
    Oracle::Expectation expected;
    const bool fits = dice_.chance(750);  // Of evidence.
    Hash256 report{};
    HttpRequest sent = request;
    if (is_evidence(request)) {
      report = *array_from_hex<32>(request.target.substr(request.target.rfind('/') + 1));
      const EvidenceChunk chunk =
          Crowd::chunk(*array_from_hex<32>(request.body), fits);  // The hotspot's key.
      const Bytes body = encode(std::span(&chunk, 1));
      sent.body.assign(body.begin(), body.end());
    } else {
      expected = oracle_.expect(request, now);
    }
    response = node_->handle(sent);
    note("POST " + request.target.substr(0, 20) + " " + std::to_string(response->status));
    if (is_evidence(request)) {
      const int answered = disk_.is_running() ? response->status : fits ? 202 : 400;
      expected = oracle_.expect_evidence(report, fits, now, answered);
    }
    if (!disk_.is_running()) {
      ++run_.counts.crashes_in_requests;
      oracle_.doubt(expected.change);
      response.reset();
      return;
    }
    check_answer(expected, *response);
  });
  return response;
}

void World::check_answer(const Oracle::Expectation& expected, const HttpResponse& response) {
  if (response.status == 503 && disk_.is_full) {
    ++run_.counts.refused_by_disk;
    oracle_.doubt(expected.change);
    return;
  }
  if (response.status != expected.status) {
    return fault("answered " + std::to_string(response.status) + " where " +
                 std::to_string(expected.status) + " is right: " + response.body);
  }
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  const bool counts = response.status < 300 || response.status == 409 || response.status == 410;
  if (counts && body.contains("accepted") &&
      (body["accepted"] != expected.accepted || body["held"] != expected.held)) {
    return fault("accepted or held other counts: " + response.body);
  }
  for (std::size_t i = 0; i < expected.statuses.size(); ++i) {
    if (body["items"][i]["status"] != expected.statuses[i]) {
      return fault("answered item " + std::to_string(i) + " otherwise: " + response.body);
    }
  }
  if (response.status == 409) ++run_.counts.equivocations;
  if (response.status == 410) ++run_.counts.outdated;
  run_.counts.acknowledged += expected.change.messages.size();
  if (!expected.change.log.empty()) oracle_.keep(expected.change);
}

}  // namespace earshot::simulation
