#include "simulator/verifier_child.h"

#include <algorithm>
#include <filesystem>

#include "hotspot/url.h"
#include "radio/iq/recording.h"
#include "verifier/log/checkpoint.h"
#include "verifier/log/tile.h"

namespace earshot::simulator {
namespace {

constexpr std::chrono::milliseconds kStartLimit = std::chrono::seconds(15);
// Chosen: sealing a village takes a second on a slow machine, a large world a minute.
constexpr std::int64_t kAnswerSeconds = 120;
constexpr std::string_view kReady = "listening on ";

// Every tile that a log of so many entries has.
std::vector<verifier::TilePath> tiles_of(std::uint64_t size) {
  std::vector<verifier::TilePath> tiles;
  for (int level = 0; size > 0; ++level, size /= verifier::kTileWidth) {
    for (std::uint64_t first = 0; first < size; first += verifier::kTileWidth) {
      const std::uint64_t width = std::min(verifier::kTileWidth, size - first);
      tiles.push_back({false, level, first / verifier::kTileWidth, width});
      if (level == 0) tiles.push_back({true, 0, first / verifier::kTileWidth, width});
    }
  }
  return tiles;
}

std::string configuration(const VerifierPlan& plan) {
  return "network = " + std::to_string(plan.network) +
         "\npolicy_file = \"policy.toml\"\n"
         "[http]\nport = 0\n"
         "[store]\ndirectory = \"store\"\n"
         "[chain]\nrpc_url = \"" +
         plan.chain_url + "\"\n[simulation]\nvirtual_clock = true\nentropy_seed = \"" +
         to_hex(plan.entropy_seed) + "\"\n";
}

Result<void> write_text(const std::filesystem::path& path, const std::string& text) {
  return radio::write_file_whole(path.string(), as_bytes(text));
}

Result<void> write_configuration(const VerifierPlan& plan) {
  std::error_code error;
  std::filesystem::create_directories(plan.directory, error);
  if (error) return fail(Errc::unavailable, plan.directory + ": " + error.message());
  const std::filesystem::path directory = plan.directory;
  const Result<void> policy =
      write_text(directory / "policy.toml", rewards::policy_to_toml(plan.policy));
  if (!policy) return policy;
  return write_text(directory / "verifierd.toml", configuration(plan));
}

}  // namespace

Result<VerifierChild> VerifierChild::start(const VerifierPlan& plan) {
  const Result<std::string> program = program_beside_this("earshot-verifierd");
  if (!program) return fail(program.error());
  if (const Result<void> written = write_configuration(plan); !written) {
    return fail(written.error());
  }
  ProcessSpec spec;
  spec.program = *program;
  spec.arguments = {"serve", "-c", plan.directory + "/verifierd.toml"};
  spec.log_path = plan.directory + "/verifierd.log";
  Result<Process> process = Process::start(spec);
  if (!process) return fail(process.error());
  const Result<std::string> line = process->wait_for_line(
      [](std::string_view text) { return text.starts_with(kReady); }, kStartLimit);
  if (!line) return fail(line.error());
  const std::string url = line->substr(kReady.size());
  Result<hotspot::Url> parsed = hotspot::parse_url(url);
  if (!parsed) return fail(parsed.error());
  VerifierChild child(std::move(*process), url, hotspot::HttpTransport(*parsed, kAnswerSeconds));
  if (const Result<void> moved = child.advance_clock(plan.start); !moved) {
    return fail(moved.error());
  }
  return child;
}

Result<void> VerifierChild::advance_clock(UnixNanos now) {
  const std::string body = nlohmann::json{{"unix_ns", std::to_string(now)}}.dump();
  const Result<hotspot::HttpResponse> answer = transport_.exchange(
      {"POST", "/v1/simulation/clock", "application/json", Bytes(body.begin(), body.end())});
  if (!answer) return fail(answer.error());
  if (answer->status != 200) {
    return fail(Errc::unavailable, url_ + "/v1/simulation/clock answers " +
                                       std::to_string(answer->status) + ": " + answer->body);
  }
  return {};
}

Result<hotspot::HttpResponse> VerifierChild::get(const std::string& path) {
  Result<hotspot::HttpResponse> answer = transport_.exchange({"GET", path, "", {}});
  if (!answer) return fail(answer.error());
  if (answer->status != 200) {
    return fail(answer->status == 404 ? Errc::check_failed : Errc::unavailable,
                url_ + path + " answers " + std::to_string(answer->status) + ": " + answer->body);
  }
  return answer;
}

Result<nlohmann::json> VerifierChild::get_json(const std::string& path) {
  const Result<hotspot::HttpResponse> answer = get(path);
  if (!answer) return fail(answer.error());
  nlohmann::json json = nlohmann::json::parse(answer->body, nullptr, false);
  if (json.is_discarded()) return fail(Errc::bad_data, url_ + path + ": the answer is no JSON");
  return json;
}

Result<Bytes> VerifierChild::get_bytes(const std::string& path) {
  const Result<hotspot::HttpResponse> answer = get(path);
  if (!answer) return fail(answer.error());
  return Bytes(answer->body.begin(), answer->body.end());
}

Result<std::optional<Entropy>> VerifierChild::entropy_of(Round round) {
  const std::string path = "/v1/rounds/" + std::to_string(round);
  const Result<nlohmann::json> json = get_json(path);
  if (!json) return fail(json.error());
  const auto found = json->find("entropy");
  if (found != json->end() && found->is_null()) return std::optional<Entropy>();
  if (found == json->end() || !found->is_string()) {
    return fail(Errc::bad_data, url_ + path + ": no entropy in the answer");
  }
  const Result<Hash256> entropy = array_from_hex<32>(found->get<std::string>());
  if (!entropy) return fail(entropy.error());
  return std::optional<Entropy>(*entropy);
}

Result<PublishedEpoch> VerifierChild::published(std::uint64_t epoch) {
  const std::string base = "/v1/epochs/" + std::to_string(epoch);
  PublishedEpoch out;
  for (const auto& [file, bytes] :
       {std::pair{"/record", &out.record}, {"/seal", &out.seal}, {"/artifact", &out.artifact}}) {
    Result<Bytes> got = get_bytes(base + file);
    if (!got) return fail(got.error());
    *bytes = std::move(*got);
  }
  const Result<Bytes> policy = get_bytes(base + "/policy");
  if (!policy) return fail(policy.error());
  out.policy_toml.assign(policy->begin(), policy->end());
  Result<nlohmann::json> summary = get_json(base);
  if (!summary) return fail(summary.error());
  out.summary = std::move(*summary);
  Result<nlohmann::json> coverage = get_json("/v1/coverage.geojson");
  if (!coverage) return fail(coverage.error());
  out.coverage = std::move(*coverage);
  if (Result<void> log = get_log(out); !log) return fail(log.error());
  return out;
}

Result<void> VerifierChild::get_log(PublishedEpoch& out) {
  const auto keep = [&](const std::string& name) -> Result<void> {
    Result<Bytes> bytes = get_bytes("/" + name);
    if (!bytes) return fail(bytes.error());
    out.log.emplace_back(name, std::move(*bytes));
    return {};
  };
  for (const char* name : {"healthz", "network/checkpoint"}) {
    if (Result<void> kept = keep(name); !kept) return kept;
  }
  const Bytes& text = out.log.back().second;
  const Result<verifier::Note> note =
      verifier::parse_note({reinterpret_cast<const char*>(text.data()), text.size()});
  if (!note) return fail(note.error());
  const Result<verifier::Checkpoint> checkpoint = verifier::parse_checkpoint(note->text);
  if (!checkpoint) return fail(checkpoint.error());
  for (const verifier::TilePath& tile : tiles_of(checkpoint->head.size)) {
    if (Result<void> kept = keep("network/" + verifier::to_string(tile)); !kept) return kept;
  }
  return {};
}

}  // namespace earshot::simulator
