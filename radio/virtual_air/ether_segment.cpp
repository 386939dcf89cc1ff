#include "radio/virtual_air/ether_segment.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <ctime>

namespace earshot::radio {
namespace {

Error system_error(const std::string& path, const char* doing) {
  const Errc code = errno == EACCES ? Errc::permission : Errc::unavailable;
  return {code, path + ": cannot " + doing + ": " + std::strerror(errno)};
}

void start_segment(EtherSegment& segment, const EtherConfig& config) {
  segment.version = kEtherVersion;
  segment.is_virtual = config.is_virtual ? 1 : 0;
  segment.members_wanted = config.members;
  segment.wall_minus_monotonic = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
  segment.start = config.start != 0 ? config.start : read_clock(CLOCK_REALTIME);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&segment.mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  segment.magic = kEtherMagic;
}

}  // namespace

UnixNanos read_clock(clockid_t which) {
  timespec time{};
  clock_gettime(which, &time);
  return time.tv_sec * kNanosPerSecond + time.tv_nsec;
}

Result<MappedSegment> map_segment(const std::string& path, const EtherConfig& config) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(system_error(path, "open"));
  const auto give_up = [&](Error error) {
    ::close(descriptor);
    return fail(std::move(error));
  };
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return give_up(system_error(path, "look at"));
  if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
    return give_up({Errc::permission, path + ": not ours alone (owner and mode 0600 expected)"});
  }
  const auto map = [&] {
    return ::mmap(nullptr, sizeof(EtherSegment), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  };
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    // Nobody is there: whatever it holds is stale.
    if (::ftruncate(descriptor, 0) != 0 || ::ftruncate(descriptor, sizeof(EtherSegment)) != 0) {
      return give_up(system_error(path, "make room in"));
    }
    void* fresh = map();
    if (fresh == MAP_FAILED) return give_up(system_error(path, "map"));
    start_segment(*static_cast<EtherSegment*>(fresh), config);
    ::munmap(fresh, sizeof(EtherSegment));
  }
  if (::flock(descriptor, LOCK_SH) != 0) return give_up(system_error(path, "lock"));
  if (::fstat(descriptor, &status) != 0) return give_up(system_error(path, "look at"));
  if (status.st_nlink == 0) {
    ::close(descriptor);
    return MappedSegment{};
  }
  std::uint64_t head[2] = {};
  const bool whole = status.st_size == sizeof(EtherSegment) &&
                     ::pread(descriptor, head, sizeof head, 0) == sizeof head;
  if (!whole || head[0] != kEtherMagic || static_cast<std::uint32_t>(head[1]) != kEtherVersion) {
    return give_up({Errc::unavailable, path + ": in use by another version of this driver"});
  }
  void* memory = map();
  if (memory == MAP_FAILED) return give_up(system_error(path, "map"));
  return MappedSegment{descriptor, static_cast<EtherSegment*>(memory)};
}

}  // namespace earshot::radio
