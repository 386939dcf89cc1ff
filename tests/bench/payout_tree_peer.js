// The peer of bench-payout-tree: OpenZeppelin's package builds the tree over the same leaves and prints
// the root. node payout_tree_peer.js COUNT
"use strict";
const crypto = require("crypto");
const {StandardMerkleTree} = require("@openzeppelin/merkle-tree");

// Account and amount of leaf i: the first 20 bytes of SHA-256("leaf i"), the next 12 as a number.
function leaf(i) {
  const hash = crypto.createHash("sha256").update(`leaf ${i}`).digest("hex");
  return [`0x${hash.slice(0, 40)}`, BigInt(`0x${hash.slice(40)}`).toString()];
}
const leaves = Array.from({length: Number(process.argv[2])}, (_, i) => leaf(i));
process.stdout.write(`${StandardMerkleTree.of(leaves, ["address", "uint256"]).root}\n`);
