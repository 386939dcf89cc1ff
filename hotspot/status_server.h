// Serves what the daemon says of itself to whoever asks on its own machine: GET only, one thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"

namespace earshot::hotspot {

struct StatusPage {
  std::string content_type;
  std::string body;
};

class StatusServer {
 public:
  // `page_of` gives what is under a path; nothing: 404. Called by the server's thread. `address` is
  // "127.0.0.1:8490". Errc::configuration for another form, Errc::unavailable when it is taken.
  using PageOf = std::function<std::optional<StatusPage>(const std::string& path)>;
  static Result<std::unique_ptr<StatusServer>> listen(const std::string& address, PageOf page_of);
  ~StatusServer();

  std::string address() const;  // With the port that was chosen when 0 was asked for.

 private:
  struct Impl;
  explicit StatusServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::hotspot
