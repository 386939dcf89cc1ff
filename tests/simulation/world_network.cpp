// Requests and answers between the crowd and the service.
#include <nlohmann/json.hpp>

#include "tests/simulation/world_inside.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

constexpr UnixNanos kPatience = 30 * kSecond;  // Of a hotspot, for an answer.

bool is_evidence(const HttpRequest& request) { return request.target.starts_with("/v1/evidence/"); }

std::unique_ptr<IntakeJob> job_of(const HttpRequest& request, UnixNanos now) {
  auto job = std::make_unique<IntakeJob>();
  job->now = now;
  const auto parsed = Oracle::content_of(request);
  if (!parsed) return nullptr;
  job->content = *parsed;
  return job;
}

// As the API answers; no job is a request that could not be read.
HttpResponse response_of(const IntakeJob* job) {
  if (job == nullptr) return {.status = 400, .body = "{}"};
  static const std::map<IntakeStatus, int> kStatus = {
      {IntakeStatus::accepted, 202},     {IntakeStatus::held, 200},
      {IntakeStatus::malformed, 400},    {IntakeStatus::bad_signature, 401},
      {IntakeStatus::unregistered, 401}, {IntakeStatus::unknown_header, 404},
      {IntakeStatus::equivocation, 409}, {IntakeStatus::too_early, 429},
      {IntakeStatus::store_failed, 503}};
  const nlohmann::json body = {{"accepted", job->answer->accepted}, {"held", job->answer->held}};
  return {.status = kStatus.at(job->answer->status),
          .body = body.dump(),
          .retry_after_seconds = job->answer->retry_after_seconds};
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
    std::vector<std::unique_ptr<IntakeJob>> jobs;
    std::vector<IntakeJob*> good;
    std::vector<Oracle::Expectation> expected;
    for (const auto& [request, reply] : arrivals) {
      expected.push_back(oracle_.expect(request, clock_.now()));
      jobs.push_back(job_of(request, clock_.now()));
      if (jobs.back()) good.push_back(jobs.back().get());
    }
    node_->ingest().check(good);
    std::erase_if(good, [](const IntakeJob* job) { return job->answer.has_value(); });
    if (!good.empty()) node_->ingest().settle(good);
    Oracle grown = oracle_;
    Oracle::Change all;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const bool is_refused = expected[i].status >= 400 && expected[i].status != 409;
      if (!is_refused) expected[i] = grown.expect(arrivals[i].first, clock_.now());
      const Oracle::Change& change = expected[i].change;
      if (!change.log.empty()) grown.keep(change);
      all += change;
    }
    if (!disk_.is_running()) {
      ++run_.counts.crashes_in_requests;
      return oracle_.doubt(all);
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      answers[i] = response_of(jobs[i].get());
      note("together " + arrivals[i].first.target + " " + std::to_string(answers[i]->status));
      check_answer(expected[i], *answers[i]);
    }
  });
  for (std::size_t i = 0; i < answers.size(); ++i) arrivals[i].second(answers[i]);
}

std::optional<HttpResponse> World::deliver(const HttpRequest& request) {
  if (!node_ || !disk_.is_running()) return std::nullopt;
  ++run_.counts.requests;
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
  const bool counts = response.status < 300 || response.status == 409;
  if (counts && body.contains("accepted") &&
      (body["accepted"] != expected.accepted || body["held"] != expected.held)) {
    return fault("accepted or held other counts: " + response.body);
  }
  if (response.status == 409) ++run_.counts.equivocations;
  run_.counts.acknowledged += expected.change.messages.size();
  if (!expected.change.log.empty()) oracle_.keep(expected.change);
}

}  // namespace earshot::simulation
