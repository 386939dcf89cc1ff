#include "hotspot/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace earshot::hotspot {
namespace {

TEST(ServiceManager, IsToldThroughItsSocketAsSystemdWantsIt) {
  const std::string path = testing::TempDir() + "notify-" + std::to_string(::getpid());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_service_manager("READY=1");
  char text[64] = {};
  EXPECT_EQ(::recv(socket, text, sizeof text, MSG_DONTWAIT), 7);
  EXPECT_STREQ(text, "READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  notify_service_manager("WATCHDOG=1");
  EXPECT_LT(::recv(socket, text, sizeof text, MSG_DONTWAIT), 0);
  ::close(socket);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace earshot::hotspot
