#include "cli/channel_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "rewards/chain/durable_file.h"
#include "rewards/chain/http.h"

namespace earshot::cli {
namespace {

constexpr std::chrono::seconds kTimeout{30};

Error named(const std::string& path, const Error& error) {
  return {error.code, path + ": " + error.detail};
}

ByteView bytes_of(const std::string& text) { return as_bytes(text); }

// A count of the purse, between `low` and `high`.
Result<std::uint32_t> count_of(const nlohmann::json& json, const char* key, std::uint64_t low,
                               std::uint64_t high) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value >= low && value <= high) return static_cast<std::uint32_t>(value);
  }
  return fail(Errc::bad_data, std::string(key) + ": expected a number from " + std::to_string(low) +
                                  " to " + std::to_string(high));
}

Result<Hash256> hash_of(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  const bool is_text = found != json.end() && found->is_string();
  Result<Hash256> hash =
      array_from_hex<32>(is_text ? found->get_ref<const std::string&>() : std::string());
  if (!hash) return fail(Errc::bad_data, std::string(key) + ": " + hash.error().detail);
  return hash;
}

// What a verifier says when it refuses; its status when it says nothing.
std::string reason_of(const rewards::chain::HttpReply& reply) {
  const nlohmann::json json = nlohmann::json::parse(reply.body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_string()) {
    return json["error"].get<std::string>();
  }
  return "HTTP " + std::to_string(reply.status);
}

}  // namespace

std::string purse_to_json(const Purse& purse) {
  const nlohmann::ordered_json json = {{"channel", to_hex(purse.channel)},
                                       {"secret", to_hex(purse.secret)},
                                       {"units", purse.units},
                                       {"paid", purse.paid}};
  return json.dump(2) + "\n";
}

Result<Purse> purse_from_json(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(Errc::bad_data, "no JSON object");
  const Result<Hash256> channel = hash_of(json, "channel");
  if (!channel) return fail(channel.error());
  const Result<Hash256> secret = hash_of(json, "secret");
  if (!secret) return fail(secret.error());
  const Result<std::uint32_t> units = count_of(json, "units", 1, rewards::channels::kMaxUnits);
  if (!units) return fail(units.error());
  const Result<std::uint32_t> paid = count_of(json, "paid", 0, *units);
  if (!paid) return fail(paid.error());
  return Purse{*channel, *secret, *units, *paid};
}

Result<Purse> read_purse(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 0077) != 0) {
    return fail(Errc::permission, path + ": others can read this purse, allowed: mode 0600");
  }
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<Purse> purse = purse_from_json(*text);
  if (!purse) return fail(named(path, purse.error()));
  return purse;
}

Result<void> create_purse(const std::string& path, const Purse& purse) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return fail(Errc::usage, path + " is there already: a purse is never overwritten");
  }
  return write_purse(path, purse);
}

Result<void> write_purse(const std::string& path, const Purse& purse) {
  return rewards::chain::write_durable_file(path, purse_to_json(purse));
}

Result<rewards::channels::SignedAnchor> read_anchor(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  auto opening = rewards::channels::decode_anchor(bytes_of(*text));
  if (!opening) return fail(named(path, opening.error()));
  return opening;
}

Result<rewards::channels::ChannelEnd> read_end(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  auto end = rewards::channels::decode_channel_end(bytes_of(*text));
  if (!end) return fail(named(path, end.error()));
  return end;
}

Result<void> write_bytes(const std::string& path, const Bytes& bytes) {
  return rewards::chain::write_durable_file(
      path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<std::string> post_to_verifier(const std::string& url, const std::string& path,
                                     const Bytes& body) {
  const std::string base = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  const Result<rewards::chain::Endpoint> endpoint = rewards::chain::parse_endpoint(base + path);
  if (!endpoint) return fail(Errc::usage, "--verifier: " + endpoint.error().detail);
  const Result<rewards::chain::HttpReply> reply =
      rewards::chain::http_post_bytes(*endpoint, std::string(body.begin(), body.end()), kTimeout);
  if (!reply) return fail(Errc::unavailable, url + " does not answer: " + reply.error().detail);
  if (reply->status == 503) return fail(Errc::unavailable, url + ": " + reason_of(*reply));
  if (reply->status >= 300) return fail(Errc::check_failed, url + ": " + reason_of(*reply));
  return reply->body;
}

}  // namespace earshot::cli
