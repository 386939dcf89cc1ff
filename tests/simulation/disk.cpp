#include "tests/simulation/disk.h"

namespace earshot::simulation {

bool Disk::begins_operation(bool* still_happens) {
  *still_happens = true;
  if (stopped_) return false;
  if (!planned_ || left_-- > 0) return true;
  stopped_ = planned_;
  planned_.reset();
  *still_happens = dice_.chance(500);
  return true;
}

void Disk::apply(Bytes& bytes, std::uint64_t offset, ByteView change) {
  if (bytes.size() < offset + change.size()) bytes.resize(offset + change.size());
  std::copy(change.begin(), change.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

void Disk::apply(Bytes& bytes, const Change& change) {
  if (change.bytes) {
    apply(bytes, change.offset, *change.bytes);
  } else {
    bytes.resize(change.offset);
  }
}

bool Disk::write(const std::string& file, std::uint64_t offset, ByteView bytes) {
  bool happens = true;
  if (!begins_operation(&happens)) return false;
  if (!happens) return false;
  const bool fits = !is_full;
  if (!fits) bytes = bytes.first(dice_.below(bytes.size() + 1));
  File& to = files_[file];
  apply(to.seen, offset, bytes);
  to.unsynced.push_back({offset, Bytes(bytes.begin(), bytes.end())});
  return fits && is_running();
}

bool Disk::truncate(const std::string& file, std::uint64_t size) {
  bool happens = true;
  if (!begins_operation(&happens) || !happens) return false;
  File& to = files_[file];
  to.seen.resize(size);
  to.unsynced.push_back({size, std::nullopt});
  return is_running();
}

bool Disk::sync(const std::string& file) {
  bool happens = true;
  if (!begins_operation(&happens) || !happens) return false;
  const auto found = files_.find(file);
  if (found == files_.end() || ignores_sync(file)) return is_running();
  for (const Change& change : found->second.unsynced) apply(found->second.durable, change);
  found->second.unsynced.clear();
  return is_running();
}

bool Disk::remove(const std::string& file) {
  bool happens = true;
  if (!begins_operation(&happens) || !happens) return false;
  files_.erase(file);
  return is_running();
}

ByteView Disk::contents(const std::string& file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? ByteView{} : ByteView(found->second.seen);
}

// What the power's loss leaves of a file's unsynced changes.
void Disk::settle(File& file) {
  for (const Change& change : file.unsynced) {
    const std::uint64_t fate = dice_.below(3);
    if (fate == 0) continue;
    if (fate == 1 || !change.bytes) {
      apply(file.durable, change);
      continue;
    }
    const ByteView bytes = *change.bytes;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = (change.offset + at) / kSectorBytes * kSectorBytes + kSectorBytes;
      const std::size_t count = std::min<std::size_t>(end - change.offset - at, bytes.size() - at);
      if (dice_.chance(500)) apply(file.durable, change.offset + at, bytes.subspan(at, count));
      at += count;
    }
  }
  file.unsynced.clear();
  file.seen = file.durable;
}

void Disk::restart() {
  if (stopped_ == Stop::power_loss) {
    for (auto& [name, file] : files_) settle(file);
  }
  stopped_.reset();
  planned_.reset();
}

}  // namespace earshot::simulation
