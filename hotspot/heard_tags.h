// Which tags have been reported already: a witness reports the first reception of a tag only, and a
// restart must not make it report a second one (that would be equivocation).
#pragma once
#include <map>
#include <string>

#include "core/protocol.h"
#include "hotspot/journal.h"

namespace earshot::hotspot {

class HeardTags {
 public:
  // Tags are kept for `window_rounds` before the newest and at least as long again.
  static Result<HeardTags> open(const std::string& path, std::uint32_t window_rounds);

  bool holds(const Tag& tag) const { return tags_.contains(tag); }
  // On disk (fsync) when it returns. Adding a tag that is held changes nothing.
  Result<void> add(Round round, const Tag& tag);
  std::size_t size() const { return tags_.size(); }

 private:
  HeardTags(Journal journal, std::uint32_t window_rounds)
      : journal_(std::move(journal)), window_rounds_(window_rounds) {}
  void remember(Round round, const Tag& tag);

  Journal journal_;
  std::uint32_t window_rounds_;
  Round newest_ = 0;
  std::map<Tag, Round> tags_;
};

}  // namespace earshot::hotspot
