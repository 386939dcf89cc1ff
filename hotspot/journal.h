// An append-only file of records that survives a crash at any byte: what append() has returned for
// is read back, and a record torn by the crash is cut off.
//
// Record: magic "EJ01" (4), payload length (4, big-endian), payload, first 8 bytes of the SHA-256
// of length and payload. A crash can only tear the last record; a broken record with a whole one
// after it is damage, and guessing what it said could make a hotspot sign one number twice, so that
// is refused (Errc::bad_data with the offset).
#pragma once
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace earshot::hotspot {

inline constexpr std::size_t kMaxRecordBytes = 16U << 20;  // Chosen: far above a batch (1 MiB).

Bytes encode_record(ByteView payload);
struct JournalContents {
  std::vector<Bytes> payloads;
  std::size_t whole_bytes = 0;  // Up to the end of the last whole record.
};
Result<JournalContents> read_journal(ByteView file);  // Pure: what the bytes hold.

class Journal {
 public:
  struct Opened;
  // Reads `path` (an empty journal when there is none), cuts a torn tail. Errc::unavailable and
  // Errc::bad_data name the file.
  static Result<Opened> open(const std::string& path);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  ~Journal();

  // On disk (fsync) when it returns; after an error the file is as it was before.
  Result<void> append(ByteView payload);
  // Replaces the whole contents at once: temporary file, fsync, rename.
  Result<void> rewrite(const std::vector<Bytes>& payloads);
  std::size_t size() const { return size_; }

 private:
  Journal(std::string path, int fd, std::size_t size);
  std::string path_;
  int fd_ = -1;
  std::size_t size_ = 0;
};

struct Journal::Opened {
  Journal journal;
  std::vector<Bytes> payloads;
};

}  // namespace earshot::hotspot
