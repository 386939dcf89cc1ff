// The ring of kept snippets: SigMF files that third-party tools open, named by time and report.
//
// <Unix second when kept>-<report id>.sigmf-meta and .sigmf-data under one directory; the sidecar's
// annotation is the frame. Bounded in bytes and in age: the oldest go first.
#pragma once
#include <map>
#include <string>

#include "core/messages.h"
#include "hotspot/settings.h"

namespace earshot::hotspot {

class EvidenceStore {
 public:
  // Creates the directory when missing; takes up what is there, whole pairs only. Bounds bind from
  // the next put() (bytes) or expire() (age).
  static Result<EvidenceStore> open(const std::string& directory, const EvidenceBounds& bounds);

  // On disk (fsync) when it returns. `report` is the one that commits to the snippet and `id` its
  // id. Makes room in bytes first; Errc::unavailable when the disk is full, with nothing left
  // behind.
  Result<void> put(const Hash256& id, const WitnessReport& report, const radio::Snippet& snippet,
                   UnixNanos now);
  // The committed bytes. Errc::check_failed when the ring does not hold them (any more).
  Result<Bytes> bytes_of(const Hash256& id) const;
  bool holds(const Hash256& id) const { return by_id_.contains(id); }
  // Removes what is older than the bounds allow; never by a time that only our own clock says.
  void expire(UnixNanos now);

  std::size_t size() const { return by_id_.size(); }
  std::uint64_t total_bytes() const { return total_bytes_; }

 private:
  struct Kept {
    std::int64_t seconds = 0;
    std::uint64_t bytes = 0;  // Data and sidecar.
  };
  EvidenceStore(std::string directory, const EvidenceBounds& bounds)
      : directory_(std::move(directory)), bounds_(bounds) {}
  std::string stem(std::int64_t seconds, const Hash256& id) const;
  void take_up(std::int64_t seconds, const Hash256& id);
  void remove_oldest();

  std::string directory_;
  EvidenceBounds bounds_;
  std::map<Hash256, Kept> by_id_;
  std::map<std::pair<std::int64_t, Hash256>, std::uint64_t> by_age_;  // To bytes.
  std::uint64_t total_bytes_ = 0;
};

}  // namespace earshot::hotspot
