// How a function says that it can fail: with a value or an Error, never both.
//
// A Result must be looked at (dropping one is a compile error). Return early:
//
//     Result<Frame> frame = parse_frame(bytes);
//     if (!frame) return fail(frame.error());
//
// The Errc decides the process's exit code (exit_code below, DESIGN section 9); the detail is the
// one line that a person reads: it names the file, the offset or key, what was found and what is
// allowed.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace earshot {

enum class Errc {
  check_failed,   // The thing was looked at and is not so: exit 1.
  usage,          // The caller asked for something that cannot be asked: exit 2.
  bad_data,       // Outside bytes that are malformed, truncated or inconsistent: exit 65.
  bad_signature,  // Well-formed, but not signed by whom it says: exit 65.
  unavailable,    // A file system, device, node or peer does not answer: exit 69.
  permission,     // The operating system refuses: exit 77.
  configuration,  // A configuration key is missing, unknown or out of range: exit 78.
};

struct Error {
  Errc code;
  std::string detail;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> fail(Errc code, std::string detail) {
  return fail(Error{code, std::move(detail)});
}

// The exit code of a program that ends because of `code`.
constexpr int exit_code(Errc code) {
  switch (code) {
    case Errc::check_failed:
      return 1;
    case Errc::usage:
      return 2;
    case Errc::bad_data:
    case Errc::bad_signature:
      return 65;
    case Errc::unavailable:
      return 69;
    case Errc::permission:
      return 77;
    case Errc::configuration:
      return 78;
  }
  return 1;
}

}  // namespace earshot
