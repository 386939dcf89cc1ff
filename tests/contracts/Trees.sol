// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// One line of a tree: what an account earned, or what a payer spent.
struct Leaf {
    address account;
    uint256 amount;
}

/// The tree of the contract's verifiers, built on chain for tests: OpenZeppelin's StandardMerkleTree.
library Trees {
    function hash(Leaf memory leaf) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(leaf.account, leaf.amount))));
    }

    /// Zero for no leaves, as the C++ side has it.
    function root(Leaf[] memory leaves) internal pure returns (bytes32) {
        return leaves.length == 0 ? bytes32(0) : _nodes(leaves)[0];
    }

    function proof(Leaf[] memory leaves, uint256 index) internal pure returns (bytes32[] memory siblings) {
        bytes32[] memory nodes = _nodes(leaves);
        uint256 at = nodes.length - 1;
        while (nodes[at] != hash(leaves[index])) --at;
        uint256 depth;
        for (uint256 i = at; i > 0; i = (i - 1) / 2) ++depth;
        siblings = new bytes32[](depth);
        for (uint256 k; k < depth; ++k) {
            siblings[k] = nodes[at % 2 == 1 ? at + 1 : at - 1];
            at = (at - 1) / 2;
        }
    }

    function _nodes(Leaf[] memory leaves) private pure returns (bytes32[] memory nodes) {
        uint256 n = leaves.length;
        nodes = new bytes32[](2 * n - 1);
        for (uint256 i; i < n; ++i) {  // Insertion by falling hash from n - 1 on: leaf k at 2n - 2 - k.
            bytes32 leaf = hash(leaves[i]);
            uint256 at = n - 1 + i;
            for (; at > n - 1 && nodes[at - 1] < leaf; --at) nodes[at] = nodes[at - 1];
            nodes[at] = leaf;
        }
        for (uint256 i = n - 1; i > 0; --i) {
            (bytes32 a, bytes32 b) = (nodes[2 * i - 1], nodes[2 * i]);
            nodes[i - 1] = a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
        }
    }
}
