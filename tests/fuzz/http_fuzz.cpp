// links: core rewards verifier
// What a peer sends, from the bytes of its connection to the handler's answers. The first byte says
// into what pieces the rest comes: which requests are made of it must not depend on that. When a
// malformed one is noticed may: Beast looks again at a header only when all of it is there.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/doubles/memory_service.h"
#include "verifier/http_parser.h"

namespace {

using namespace earshot;            // NOLINT: a fuzz target, not a header
using namespace earshot::verifier;  // NOLINT

// Each request, then how the connection ended: "more" bytes are wanted, or a refusal.
std::vector<std::string> requests_of(std::string_view bytes, std::size_t piece,
                                     MemoryService* service) {
  HttpConfig config;
  config.max_header_bytes = 1024;
  config.max_body_bytes = 1U << 12;
  BodyBudget budget(1U << 12);
  std::vector<std::string> seen;
  {
    HttpParser parser(config, budget);
    std::string input;
    while (true) {
      std::size_t taken = 0;
      const HttpParser::Progress progress = parser.feed(input, taken);
      input.erase(0, taken);
      if (progress == HttpParser::Progress::refused) {
        seen.push_back(std::to_string(parser.refusal().status));
        break;
      }
      if (progress == HttpParser::Progress::complete) {
        const HttpRequest request = parser.take_request();
        seen.push_back(request.method + " " + request.target + " " + request.content_type + " " +
                       request.body + (parser.keeps_alive() ? "+" : "-"));
        if (service != nullptr && !service->answers_soundly(request)) std::abort();
        parser.next_request();
        continue;
      }
      if (bytes.empty()) {
        seen.emplace_back("more");
        break;
      }
      input += bytes.substr(0, piece);
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
  }
  if (budget.used() != 0) std::abort();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryService service({.max_body_bytes = 1U << 12});
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> whole = requests_of(bytes, bytes.size() + 1, &service);
  const std::vector<std::string> pieces = requests_of(bytes, 1 + data[0], nullptr);
  if (!std::equal(pieces.begin(), pieces.end() - 1, whole.begin(), whole.end() - 1)) {
    std::fprintf(stderr, "whole: %zu requests; in pieces of %d: %zu\n", whole.size() - 1,
                 1 + data[0], pieces.size() - 1);
    std::abort();
  }
  return 0;
}
