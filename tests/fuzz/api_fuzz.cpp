// links: core rewards verifier
// The HTTP handler against any request: first byte the method, second the resource, third the
// content type; then, for a resource with names in it, a byte of length and what stands for them;
// the rest is the body. One resource is the rest itself.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/doubles/memory_service.h"

namespace {

using namespace earshot;            // NOLINT: a fuzz target, not a header
using namespace earshot::verifier;  // NOLINT

constexpr std::array<const char*, 6> kMethods = {"POST", "GET", "HEAD", "PUT", "OPTIONS", ""};
constexpr std::array<const char*, 4> kTypes = {"application/octet-stream", "application/json", "",
                                               "x"};

std::string text_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryService service(
      {.max_body_bytes = 1U << 16, .mover = MemoryService::How::Mover::pretends});
  static const std::vector<Api::Operation> operations = Api::operations();
  Reader in(ByteView(data, size));
  HttpRequest request;
  request.method = kMethods[in.get<std::uint8_t>() % kMethods.size()];
  const std::size_t resource = in.get<std::uint8_t>() % (operations.size() + 1);
  request.content_type = kTypes[in.get<std::uint8_t>() % kTypes.size()];
  if (in.failed()) return 0;
  if (resource < operations.size()) request.target = operations[resource].path;
  for (std::size_t open = request.target.find('{'); open != std::string::npos;
       open = request.target.find('{')) {
    const std::size_t length = std::min<std::size_t>(in.get<std::uint8_t>(), in.left());
    std::string name = text_of(in.get_bytes(length));
    std::ranges::replace(name, '{', '_');
    request.target.replace(open, request.target.find('}', open) - open + 1, name);
  }
  request.body = text_of(in.get_bytes(in.left()));
  if (resource == operations.size()) request.target = request.body;
  if (!service.answers_soundly(request)) std::abort();
  return 0;
}
