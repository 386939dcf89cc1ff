// Tells systemd how the service is (sd_notify's protocol: a datagram to $NOTIFY_SOCKET). Without a
// service manager nothing happens. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace earshot::verifier {

class ServiceManager {
 public:
  ServiceManager();  // Reads the environment: before any thread.

  // "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...", one a line. What cannot be told is lost.
  void tell(std::string_view state) const;

 private:
  std::string socket_;  // A path, or a name that begins with @; empty: nobody listens.
};

}  // namespace earshot::verifier
