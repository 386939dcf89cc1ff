#include "verifier/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace earshot::verifier {

ServiceManager::ServiceManager() {
  const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT: before any thread
  if (path != nullptr && (path[0] == '/' || path[0] == '@')) socket_ = path;
}

void ServiceManager::tell(std::string_view state) const {
  sockaddr_un to{};
  if (socket_.empty() || socket_.size() >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  std::ranges::copy(socket_, to.sun_path);
  if (socket_.front() == '@') to.sun_path[0] = '\0';  // Linux's abstract names.
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // Blocking would tie the service to a manager that hangs.
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&to), length);
  close(fd);
}

}  // namespace earshot::verifier
