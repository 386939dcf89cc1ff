#include "verifier/fetch.h"

#include <filesystem>

#include "core/files.h"
#include "rewards/chain/http.h"

namespace earshot::verifier {
namespace {

using rewards::chain::Endpoint;
using rewards::chain::HttpReply;

constexpr std::chrono::seconds kFetchTimeout{60};  // Chosen: a record of a large epoch is 64 MiB.

bool is_url(const std::string& where) {
  return where.starts_with("http://") || where.starts_with("https://");
}

std::string url_of(const std::string& base, const std::string& path) {
  return base.substr(0, base.find_last_not_of('/') + 1) + path;
}

Result<HttpReply> get(const std::string& url) {
  const Result<Endpoint> endpoint = rewards::chain::parse_endpoint(url);
  if (!endpoint) return fail(endpoint.error());
  Result<HttpReply> reply = rewards::chain::http_get(*endpoint, kFetchTimeout);
  if (!reply) return fail(Errc::unavailable, url + ": " + reply.error().detail);
  return reply;
}

Result<Bytes> bytes_of_file(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return Bytes(text->begin(), text->end());
}

Bytes body_of(const HttpReply& reply) { return {reply.body.begin(), reply.body.end()}; }

}  // namespace

Result<Bytes> fetch(const std::string& where, const std::string& path, const std::string& file) {
  if (!is_url(where)) return bytes_of_file(where + "/" + file);
  const std::string url = url_of(where, path);
  const Result<HttpReply> reply = get(url);
  if (!reply) return fail(reply.error());
  if (reply->status != 200) {
    return fail(Errc::unavailable, url + ": answers " + std::to_string(reply->status));
  }
  return body_of(*reply);
}

Result<std::optional<Bytes>> fetch_if_there(const std::string& where, const std::string& path,
                                            const std::string& file) {
  if (is_url(where)) {
    const Result<HttpReply> reply = get(url_of(where, path));
    if (!reply) return fail(reply.error());
    if (reply->status != 200) return std::optional<Bytes>{};
    return std::optional<Bytes>{body_of(*reply)};
  }
  std::error_code error;
  if (!std::filesystem::exists(where + "/" + file, error)) return std::optional<Bytes>{};
  Result<Bytes> bytes = bytes_of_file(where + "/" + file);
  if (!bytes) return fail(bytes.error());
  return std::optional<Bytes>{std::move(*bytes)};
}

}  // namespace earshot::verifier
