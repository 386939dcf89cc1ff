// How the work of judging an epoch is cut; it changes no byte of what comes out.
#pragma once
#include <cstddef>
#include <functional>

namespace earshot::verifier {

// Witness reports go into shards by the first byte of SHA-256(tag); each shard is judged by itself,
// from what is settled before.
struct JudgeHow {
  unsigned shards = 1;  // 1..256
  // Calls work(0) to work(shards - 1), each once, in any order, on any threads, and returns when
  // all are done. Absent: one after the other.
  std::function<void(std::size_t shards, const std::function<void(std::size_t)>& work)> run = {};
};

}  // namespace earshot::verifier
