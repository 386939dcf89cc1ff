#include "hotspot/evidence_responder.h"

#include <nlohmann/json.hpp>

#include "hotspot/uploader.h"

namespace earshot::hotspot {
namespace {

// Chosen: an encoded chunk is its 4096 bytes, 7 of form and up to 32 hashes, so 200 of them stay
// below the 1 MiB that the verifier takes.
constexpr std::size_t kChunksPerPost = 200;
constexpr std::size_t kSettledKept = 10'000;
static_assert(kChunksPerPost * (kEvidenceChunkBytes + 7 + 1024) < (1U << 20));

std::string failure_line(const std::string& name, int status, const std::string& line) {
  std::string text = name;
  text.append(": ").append(std::to_string(status)).append(" ").append(line);
  return text;
}

}  // namespace

Result<Tasks> parse_tasks(const std::string& body) {
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("evidence") || !json["evidence"].is_array()) {
    return fail(Errc::bad_data, "tasks: no array \"evidence\" in the verifier's answer");
  }
  Tasks tasks;
  if (json.contains("round")) {
    if (!json["round"].is_number_unsigned()) {
      return fail(Errc::bad_data, "tasks: \"round\" is not a number");
    }
    tasks.round = json["round"].get<Round>();
  }
  for (const nlohmann::json& task : json["evidence"]) {
    if (!task.is_object() || !task.contains("report") || !task["report"].is_string()) {
      return fail(Errc::bad_data, "tasks: an entry of \"evidence\" has no \"report\"");
    }
    const Result<Hash256> id = array_from_hex<32>(task["report"].get<std::string>());
    if (!id) return fail(Errc::bad_data, "tasks: report: " + id.error().detail);
    tasks.reports.push_back(*id);
  }
  return tasks;
}

std::vector<Bytes> evidence_posts(ByteView snippet) {
  const std::vector<EvidenceChunk> chunks = cut_evidence(snippet);
  std::vector<Bytes> posts;
  for (std::size_t first = 0; first == 0 || first < chunks.size(); first += kChunksPerPost) {
    const std::size_t count = std::min(kChunksPerPost, chunks.size() - first);
    posts.push_back(encode(std::span(chunks).subspan(first, count)));
  }
  return posts;
}

Delivery EvidenceResponder::answer(Transport& transport) {
  Delivery delivery;
  const std::string path = "/v1/hotspots/" + to_hex(hotspot_) + "/tasks";
  const Result<HttpResponse> response = transport.exchange({"GET", path, "", {}});
  if (!response) {
    delivery.failed.push_back("tasks: " + response.error().detail);
    return delivery;
  }
  if (meaning_of(response->status) != Answer::taken) {
    delivery.failed.push_back("tasks: " + std::to_string(response->status) + " " +
                              error_line(response->body));
    return delivery;
  }
  const Result<Tasks> tasks = parse_tasks(response->body);
  if (!tasks) {
    delivery.failed.push_back(tasks.error().detail);
    return delivery;
  }
  verifier_round_ = tasks->round;
  if (settled_.size() > kSettledKept) settled_.clear();
  for (const Hash256& report : tasks->reports) {
    if (!settled_.contains(report) && !answer_one(transport, report, delivery)) break;
  }
  return delivery;
}

bool EvidenceResponder::answer_one(Transport& transport, const Hash256& report,
                                   Delivery& delivery) {
  const std::string name = "evidence " + to_hex(report);
  Result<Bytes> snippet = store_.bytes_of(report);
  if (!snippet) {
    delivery.refused.push_back({name, 0, snippet.error().detail});
    settled_.insert(report);
    return true;
  }
  if (before_answering_) before_answering_(report, *snippet);
  for (const Bytes& post : evidence_posts(*snippet)) {
    const Result<HttpResponse> response = transport.exchange(
        {"POST", "/v1/evidence/" + to_hex(report), "application/octet-stream", post});
    if (!response) {
      delivery.failed.push_back(name + ": " + response.error().detail);
      return false;
    }
    const Answer answer = meaning_of(response->status);
    const std::string line = error_line(response->body);
    if (answer == Answer::refused) {
      delivery.refused.push_back({name, response->status, line});
      settled_.insert(report);
      return true;
    }
    if (answer != Answer::taken) {
      delivery.failed.push_back(failure_line(name, response->status, line));
      return answer == Answer::wait;
    }
  }
  settled_.insert(report);
  ++delivery.evidence;
  return true;
}

}  // namespace earshot::hotspot
