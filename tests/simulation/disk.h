// A disk under a process that may stop at any moment. What was written is seen at once; it survives
// the loss of power only when it was synced. What was not may be kept, lost, or torn at any sector,
// each write for itself. Making and removing files is durable at once.
//
// Stopping: at a chosen operation, or now. From then on every operation fails until `restart`; a
// killed process leaves what it wrote, a lost power only what was durable.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "tests/simulation/dice.h"

namespace earshot::simulation {

enum class Stop : std::uint8_t { kill, power_loss };

class Disk {
 public:
  explicit Disk(Dice dice) : dice_(dice) {}

  // All false when the disk stopped or is full; a full one may have taken a part.
  bool write(const std::string& file, std::uint64_t offset, ByteView bytes);
  bool truncate(const std::string& file, std::uint64_t size);
  bool sync(const std::string& file);
  bool remove(const std::string& file);

  bool exists(const std::string& file) const { return files_.contains(file); }
  // What the process sees; empty when there is no such file.
  ByteView contents(const std::string& file) const;

  void stop_now(Stop how) { stopped_ = how; }
  // At the operation that comes after `operations` others. Whether that one still reaches the
  // disk is the dice's choice.
  void stop_after(std::uint64_t operations, Stop how) {
    left_ = operations;
    planned_ = how;
  }
  bool is_running() const { return !stopped_; }
  void restart();

  bool is_full = false;
  // A disk that lies, for testing the tests: a sync of these files does nothing.
  std::function<bool(const std::string&)> ignores_sync = [](const std::string&) { return false; };

 private:
  static constexpr std::size_t kSectorBytes = 512;  // Given: the least that drives write whole.
  struct Change {
    std::uint64_t offset = 0;  // Of a write; the size of a truncation.
    std::optional<Bytes> bytes;
  };
  struct File {
    Bytes durable;
    Bytes seen;
    std::vector<Change> unsynced;
  };

  // False when the disk does not run; decides whether it stops here.
  bool begins_operation(bool* still_happens);
  static void apply(Bytes& bytes, std::uint64_t offset, ByteView change);
  static void apply(Bytes& bytes, const Change& change);
  void settle(File& file);

  Dice dice_;
  std::map<std::string, File> files_;
  std::optional<Stop> stopped_;
  std::optional<Stop> planned_;
  std::uint64_t left_ = 0;
};

}  // namespace earshot::simulation
