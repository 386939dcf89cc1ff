// What systemd wants to hear from a service of Type=notify with a watchdog.
#pragma once
#include <string>

namespace earshot::hotspot {

// "READY=1", "WATCHDOG=1", "STATUS=...". Does nothing without $NOTIFY_SOCKET.
void notify_service_manager(const std::string& message);

}  // namespace earshot::hotspot
