// A real EVM node (anvil) as a child process, for the simulator and for tests: starts on a free
// port, mines when told, is gone when this is. Started alike and told the same, it gives the same
// blocks with the same hashes, because its clock is an argument; but not with automine, which mines
// a moment after the node has answered, so that what one looks at next is a race.
#pragma once
#include <memory>
#include <string>

#include "rewards/chain/node.h"

namespace earshot::simulator {

struct AnvilOptions {
  std::string program = {};     // Path of the binary; empty: find_anvil().
  NetworkId chain_id = 31337;   // Anvil's own default.
  std::uint64_t timestamp = 0;  // Of the genesis block, Unix seconds; 0: now.
  std::string log_path = {};    // Where its output goes; empty: nowhere.
  bool automine = false;        // A block with each transaction, without being told.
};

// The environment's EARSHOT_ANVIL, or the binary that npm put into the source tree.
// Errc::unavailable names the paths that were tried.
Result<std::string> find_anvil();

class AnvilProcess {
 public:
  // Returns once the node answers. Call it from a thread that outlives the node: the kernel ends
  // the node with the thread that started it, so that no crash of ours leaves one behind.
  static Result<AnvilProcess> start(const AnvilOptions& options);
  AnvilProcess(AnvilProcess&&) noexcept;
  AnvilProcess& operator=(AnvilProcess&&) noexcept;
  ~AnvilProcess();

  const std::string& url() const;
  rewards::chain::Node& node();

  // One block with all transactions that wait, one second after the block before unless the time
  // is given. Times must rise.
  Result<void> mine();
  Result<void> mine_at(std::uint64_t unix_seconds);
  Result<void> set_next_block_time(std::uint64_t unix_seconds);
  // Enough blocks that what is in the newest one is finalized.
  Result<void> finalize();
  // Takes the newest `depth` blocks back; their transactions are forgotten.
  Result<void> reorganize(unsigned depth);
  Result<void> set_automine(bool automine);
  Result<void> drop_all_transactions();
  // Gives an account ether to pay fees with.
  Result<void> fund(const EvmAddress& account);
  // Ends the node without asking it. What follows gets Errc::unavailable.
  void kill();

 private:
  struct State;
  explicit AnvilProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace earshot::simulator
