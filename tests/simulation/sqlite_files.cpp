#include "tests/simulation/sqlite_files.h"

#include <sqlite3.h>

#include <cstring>
#include <memory>

namespace earshot::simulation {
namespace {

constexpr int kSharedBytes = 32768;  // Given: what SQLite maps of a log's index at a time.

struct Mounted {
  Disk* disk = nullptr;
  std::uint64_t files_opened = 0;
  std::map<std::string, std::vector<std::unique_ptr<std::vector<char>>>> shared;
};
Mounted& mounted() {
  static Mounted only;
  return only;
}

struct File {
  sqlite3_file base{};
  std::string* name = nullptr;
  bool is_temporary = false;
};
File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
Disk& disk() { return *mounted().disk; }
// Which of its errors SQLite gets depends on why: a full disk is no damage.
int failed(int code) { return disk().is_full && disk().is_running() ? SQLITE_FULL : code; }

int close(sqlite3_file* file) {
  if (of(file).is_temporary) disk().remove(*of(file).name);
  delete of(file).name;
  return SQLITE_OK;
}
int read(sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
  if (!disk().is_running()) return SQLITE_IOERR_READ;
  const ByteView bytes = disk().contents(*of(file).name);
  const auto at = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t there = std::min(static_cast<std::size_t>(count), bytes.size() - at);
  std::memset(to, 0, static_cast<std::size_t>(count));
  if (there > 0) std::memcpy(to, bytes.data() + at, there);
  return there == static_cast<std::size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}
int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  const ByteView bytes(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(count));
  const bool done = disk().write(*of(file).name, static_cast<std::uint64_t>(offset), bytes);
  return done ? SQLITE_OK : failed(SQLITE_IOERR_WRITE);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  const bool done = disk().truncate(*of(file).name, static_cast<std::uint64_t>(size));
  return done ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}
int sync(sqlite3_file* file, int /*flags*/) {
  return disk().sync(*of(file).name) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(disk().contents(*of(file).name).size());
  return SQLITE_OK;
}
int lock(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }
int check_lock(sqlite3_file* /*file*/, int* is_locked) {
  *is_locked = 0;
  return SQLITE_OK;
}
int control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file* /*file*/) { return 512; }
int characteristics(sqlite3_file* /*file*/) { return 0; }

int map_shared(sqlite3_file* file, int region, int /*size*/, int extend, void volatile** out) {
  auto& regions = mounted().shared[*of(file).name];
  const auto index = static_cast<std::size_t>(region);
  *out = nullptr;
  if (regions.size() <= index && extend == 0) return SQLITE_OK;
  while (regions.size() <= index) {
    regions.push_back(std::make_unique<std::vector<char>>(kSharedBytes));
  }
  *out = regions[index]->data();
  return SQLITE_OK;
}
int lock_shared(sqlite3_file* /*file*/, int /*offset*/, int /*count*/, int /*flags*/) {
  return SQLITE_OK;
}
void order_shared(sqlite3_file* /*file*/) {}
int unmap_shared(sqlite3_file* file, int and_delete) {
  if (and_delete != 0) mounted().shared.erase(*of(file).name);
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {.iVersion = 2,
                                         .xClose = close,
                                         .xRead = read,
                                         .xWrite = write,
                                         .xTruncate = truncate,
                                         .xSync = sync,
                                         .xFileSize = file_size,
                                         .xLock = lock,
                                         .xUnlock = lock,
                                         .xCheckReservedLock = check_lock,
                                         .xFileControl = control,
                                         .xSectorSize = sector_size,
                                         .xDeviceCharacteristics = characteristics,
                                         .xShmMap = map_shared,
                                         .xShmLock = lock_shared,
                                         .xShmBarrier = order_shared,
                                         .xShmUnmap = unmap_shared,
                                         .xFetch = nullptr,
                                         .xUnfetch = nullptr};

int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if (!disk().is_running()) return SQLITE_CANTOPEN;
  const std::string path =
      name != nullptr ? name : "temporary-" + std::to_string(++mounted().files_opened);
  const bool may_make = (flags & SQLITE_OPEN_CREATE) != 0;
  if (!disk().exists(path) && (!may_make || !disk().write(path, 0, {}))) return SQLITE_CANTOPEN;
  of(file).base.pMethods = &kMethods;
  of(file).name = new std::string(path);
  of(file).is_temporary = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}
int remove(sqlite3_vfs* /*vfs*/, const char* name, int /*sync_directory*/) {
  if (!disk().exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  return disk().remove(name) ? SQLITE_OK : SQLITE_IOERR_DELETE;
}
int access(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* result) {
  *result = disk().exists(name) ? 1 : 0;
  return SQLITE_OK;
}
int full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}
int randomness(sqlite3_vfs* /*vfs*/, int count, char* out) {
  std::memset(out, 0x5A, static_cast<std::size_t>(count));
  return count;
}
int sleep(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }
int current_time(sqlite3_vfs* /*vfs*/, double* days) {
  *days = 2460000.5;  // Some day of 2023, in Julian days: nothing we store depends on it.
  return SQLITE_OK;
}
int last_error(sqlite3_vfs* /*vfs*/, int /*count*/, char* /*out*/) { return 0; }

sqlite3_vfs* file_system() {
  static sqlite3_vfs vfs = {.iVersion = 1,
                            .szOsFile = sizeof(File),
                            .mxPathname = 256,
                            .pNext = nullptr,
                            .zName = "simulated",
                            .pAppData = nullptr,
                            .xOpen = open,
                            .xDelete = remove,
                            .xAccess = access,
                            .xFullPathname = full_path,
                            .xDlOpen = nullptr,
                            .xDlError = nullptr,
                            .xDlSym = nullptr,
                            .xDlClose = nullptr,
                            .xRandomness = randomness,
                            .xSleep = sleep,
                            .xCurrentTime = current_time,
                            .xGetLastError = last_error,
                            .xCurrentTimeInt64 = nullptr,
                            .xSetSystemCall = nullptr,
                            .xGetSystemCall = nullptr,
                            .xNextSystemCall = nullptr};
  return &vfs;
}

}  // namespace

void mount_for_sqlite(Disk& to) {
  if (mounted().disk == nullptr) sqlite3_vfs_register(file_system(), 1);
  mounted().disk = &to;
  forget_sqlite_memory();
}

void forget_sqlite_memory() {
  mounted().shared.clear();
  mounted().files_opened = 0;
  sqlite3_randomness(0, nullptr);
}

}  // namespace earshot::simulation
