// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EarshotRewards} from "contracts/EarshotRewards.sol";
import {EpochRoots} from "contracts/EpochRoots.sol";
import {SignerSet} from "contracts/SignerSet.sol";
import {Leaf, Trees} from "./Trees.sol";

/// What forge's virtual machine does beyond the EVM (the calls that are used here).
interface Vm {
    function warp(uint256 timestamp) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function prank(address sender) external;
    function expectRevert(bytes4 reason) external;
    function expectRevert(bytes calldata reason) external;
    function assume(bool condition) external pure;
}

/// The contract with two of three signers, at the end of its first epoch.
abstract contract World {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint64 internal constant FIRST = 100;
    uint64 internal constant LENGTH = 86_400;
    uint64 internal constant DELAY = 3_600;
    uint64 internal constant RESERVATION = 1;
    uint128 internal constant EMISSION = 1_000;
    address internal constant GUARDIAN = address(0x6A4D);

    EarshotRewards internal rewards;
    uint256[] internal keys;

    function deploy(uint64 halving) internal {
        vm.warp((uint256(FIRST) + 1) * LENGTH + 60);
        keys = sorted(11, 3);
        rewards = new EarshotRewards(
            addresses(keys),
            2,
            GUARDIAN,
            EpochRoots.Terms(FIRST, LENGTH, DELAY, halving, RESERVATION, EMISSION)
        );
    }

    /// Keys from `first` on, ascending by address.
    function sorted(uint256 first, uint256 count) internal pure returns (uint256[] memory found) {
        found = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            uint256 at = i;
            for (; at > 0 && vm.addr(found[at - 1]) > vm.addr(first + i); --at) found[at] = found[at - 1];
            found[at] = first + i;
        }
    }

    function addresses(uint256[] memory secrets) internal pure returns (address[] memory found) {
        found = new address[](secrets.length);
        for (uint256 i; i < secrets.length; ++i) found[i] = vm.addr(secrets[i]);
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function quorum(bytes32 digest) internal view returns (bytes memory) {
        return bytes.concat(signature(keys[0], digest), signature(keys[2], digest));
    }

    /// What the contract takes next, built on the current root.
    function next(Leaf[] memory earned, uint128 total, Leaf[] memory spent, uint128 data)
        internal
        view
        returns (EpochRoots.Epoch memory e)
    {
        (bytes32 root,) = rewards.current();
        e.epoch = rewards.epoch() + 1;
        e.signerSetVersion = rewards.signerSetVersion();
        e.prevRewardsRoot = root;
        e.rewardsRoot = Trees.root(earned);
        e.cumulativeTotal = total;
        e.debitsRoot = Trees.root(spent);
        e.cumulativeData = data;
        e.artifactHash = keccak256("artifact");
        e.logSize = rewards.logSize() + 10;
        e.logRoot = keccak256("log");
    }

    function submit(EpochRoots.Epoch memory e) internal {
        rewards.submitEpoch(e, quorum(rewards.hashEpoch(e)));
    }

    /// An epoch's end passes, and it is submitted and matures.
    function settle(Leaf[] memory earned, uint128 total, Leaf[] memory spent, uint128 data) internal {
        endOfEpoch(rewards.epoch() + 1);
        submit(next(earned, total, spent, data));
        vm.warp(block.timestamp + DELAY);
    }

    function endOfEpoch(uint64 epoch) internal {
        uint256 end = (uint256(epoch) + 1) * LENGTH;
        if (block.timestamp < end) vm.warp(end);
    }

    function claimOf(Leaf[] memory leaves, uint256 index) internal {
        rewards.claim(leaves[index].account, leaves[index].amount, Trees.proof(leaves, index));
    }

    function withdrawOf(Leaf[] memory leaves, uint256 index) internal {
        rewards.withdraw(leaves[index].account, leaves[index].amount, Trees.proof(leaves, index));
    }

    function list(Leaf memory a) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](1);
        leaves[0] = a;
    }

    function list(Leaf memory a, Leaf memory b) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (a, b);
    }

    function none() internal pure returns (Leaf[] memory) {
        return new Leaf[](0);
    }

    function equal(uint256 found, uint256 expected) internal pure {
        require(found == expected, "not the expected number");
    }

    function equal(bytes32 found, bytes32 expected) internal pure {
        require(found == expected, "not the expected word");
    }
}
