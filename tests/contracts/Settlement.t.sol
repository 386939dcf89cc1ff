// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EarshotRewards} from "contracts/EarshotRewards.sol";
import {EpochRoots} from "contracts/EpochRoots.sol";
import {SignerSet} from "contracts/SignerSet.sol";
import {Leaf, Trees} from "./Trees.sol";
import {World} from "./World.sol";

/// Epochs, claims, signatures, cancellations and signer sets, for any numbers.
contract SettlementTest is World {
    function setUp() public {
        deploy(0);
    }

    function accounts(uint256 count, uint256 seed) internal pure returns (Leaf[] memory leaves, uint128 total) {
        leaves = new Leaf[](count);
        for (uint256 i; i < count; ++i) {
            uint256 amount = 1 + uint256(keccak256(abi.encode(seed, i))) % (EMISSION / count);
            leaves[i] = Leaf(address(uint160(0x1000 + i)), amount);
            total += uint128(amount);
        }
    }

    function testFuzz_everyLeafIsPaidOnce(uint256 seed, uint8 size) public {
        (Leaf[] memory leaves, uint128 total) = accounts(1 + size % 20, seed);
        settle(leaves, total, none(), 0);
        for (uint256 i; i < leaves.length; ++i) {
            claimOf(leaves, i);
            equal(rewards.balanceOf(leaves[i].account), leaves[i].amount);
            vm.expectRevert(EarshotRewards.NothingToClaim.selector);
            this.again(leaves, i);
        }
        equal(rewards.totalSupply(), total);
        equal(rewards.totalClaimed(), total);
    }

    function again(Leaf[] calldata leaves, uint256 i) external {
        claimOf(leaves, i);
    }

    function testFuzz_aBatchPaysWhatIsRightAndSkipsTheRest(uint256 seed, uint8 size, uint256 broken) public {
        (Leaf[] memory leaves, uint128 total) = accounts(2 + size % 20, seed);
        settle(leaves, total, none(), 0);
        uint256 n = leaves.length;
        address[] memory who = new address[](n + 2);
        uint256[] memory amounts = new uint256[](n + 2);
        bytes32[][] memory proofs = new bytes32[][](n + 2);
        uint256 good;
        for (uint256 i; i < n; ++i) {
            (who[i], amounts[i], proofs[i]) = (leaves[i].account, leaves[i].amount, Trees.proof(leaves, i));
            if (broken >> i & 1 == 1) amounts[i] += 1 + (broken >> 128);
            else good += leaves[i].amount;
        }
        // Nobody, and one that was just paid.
        (amounts[n], proofs[n]) = (1, proofs[0]);
        (who[n + 1], amounts[n + 1], proofs[n + 1]) = (who[0], amounts[0], proofs[0]);
        rewards.claimMany(who, amounts, proofs);
        equal(rewards.totalSupply(), good);
    }

    function test_aBatchSkipsALeafAboveTheTotal() public {
        Leaf[] memory leaves = list(Leaf(address(1), 1_001), Leaf(address(2), 400));
        settle(leaves, 1_000, none(), 0);
        address[] memory who = new address[](2);
        uint256[] memory amounts = new uint256[](2);
        bytes32[][] memory proofs = new bytes32[][](2);
        for (uint256 i; i < 2; ++i) {
            (who[i], amounts[i], proofs[i]) = (leaves[i].account, leaves[i].amount, Trees.proof(leaves, i));
        }
        equal(rewards.claimMany(who, amounts, proofs), 1);
        equal(rewards.balanceOf(address(2)), 400);
        vm.expectRevert(abi.encodeWithSelector(EarshotRewards.OverTotal.selector, 1_401, 1_000));
        rewards.claim(who[0], amounts[0], proofs[0]);
    }

    function testFuzz_emissionIsTheSumOfItsEpochs(uint8 halving, uint16 after_) public {
        deploy(halving % 20);
        uint256 sum;
        uint64 last = FIRST + after_ % 300;
        for (uint64 k = FIRST; k <= last; ++k) {
            sum += halving % 20 == 0 ? EMISSION : uint256(EMISSION) >> (k - FIRST) / (halving % 20);
        }
        equal(rewards.emissionCap(last), sum);
        equal(rewards.emissionCap(FIRST - 1), 0);
    }

    function testFuzz_noQuorumPaysAboveTheCap(uint128 above) public {
        vm.assume(above > 0 && above < type(uint128).max - EMISSION);
        Leaf[] memory leaves = list(Leaf(address(1), EMISSION + above));
        EpochRoots.Epoch memory e = next(leaves, EMISSION + above, none(), 0);
        bytes memory signatures = quorum(rewards.hashEpoch(e));
        vm.expectRevert(
            abi.encodeWithSelector(EpochRoots.OverEmissionCap.selector, EMISSION + uint256(above), EMISSION)
        );
        rewards.submitEpoch(e, signatures);
    }

    function test_signaturesMustBeOfTheSetAscendingAndLow() public {
        EpochRoots.Epoch memory e = next(list(Leaf(address(1), 1)), 1, none(), 0);
        bytes32 digest = rewards.hashEpoch(e);
        bytes[3] memory one =
            [signature(keys[0], digest), signature(keys[1], digest), signature(keys[2], digest)];
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[2], digest);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory high = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        bytes[7] memory refused = [
            one[0],
            bytes.concat(one[2], one[0]),
            bytes.concat(one[0], one[0]),
            bytes.concat(one[0], one[1], one[2]),
            bytes.concat(one[0], high),
            bytes.concat(one[0], signature(99, digest)),
            bytes.concat(one[0], signature(keys[1], keccak256("another")))
        ];
        for (uint256 i; i < refused.length; ++i) {
            vm.expectRevert(SignerSet.BadSignature.selector);
            rewards.submitEpoch(e, refused[i]);
        }
        rewards.submitEpoch(e, bytes.concat(one[0], one[1]));
    }

    function testFuzz_aCancelledEpochLeavesNothingButItsNumber(uint128 total, uint64 log) public {
        settle(list(Leaf(address(1), 500)), 500, none(), 0);
        uint64 logBefore = rewards.logSize();
        endOfEpoch(FIRST + 1);
        total = uint128(500 + total % 1_501);
        Leaf[] memory leaves = list(Leaf(address(1), 500), Leaf(address(2), total));
        EpochRoots.Epoch memory e = next(leaves, total, none(), 0);
        e.logSize = logBefore + log % (type(uint64).max - logBefore);
        submit(e);
        // A follower of the root that is about to fall, signed in time.
        EpochRoots.Epoch memory follower = e;
        vm.prank(GUARDIAN);
        rewards.veto();
        equal(rewards.newestTotal(), 500);
        equal(rewards.newestRoot(), Trees.root(list(Leaf(address(1), 500))));
        equal(rewards.logSize(), logBefore);
        equal(rewards.epoch(), FIRST + 1);
        bytes memory signatures = quorum(rewards.hashEpoch(e));
        vm.expectRevert(abi.encodeWithSelector(EpochRoots.EpochOutOfOrder.selector, FIRST + 1, FIRST + 1));
        rewards.submitEpoch(e, signatures);
        endOfEpoch(FIRST + 2);
        follower.epoch = FIRST + 2;
        follower.prevRewardsRoot = e.rewardsRoot;
        signatures = quorum(rewards.hashEpoch(follower));
        vm.expectRevert(
            abi.encodeWithSelector(
                EpochRoots.WrongPreviousRoot.selector, e.rewardsRoot, rewards.newestRoot()
            )
        );
        rewards.submitEpoch(follower, signatures);
    }

    function test_newSignersWaitAndTheGuardianMayVeto() public {
        uint256[] memory others = sorted(50, 2);
        SignerSet.Rotation memory r = SignerSet.Rotation(2, 1, addresses(others));
        bytes memory signatures = quorum(rewards.hashRotation(r));
        rewards.proposeRotation(r, signatures);
        vm.expectRevert(SignerSet.RotationPending.selector);
        rewards.rotate(r);
        vm.prank(GUARDIAN);
        rewards.vetoRotation();
        vm.expectRevert(abi.encodeWithSelector(SignerSet.WrongSignerSet.selector, 2, 3));
        rewards.proposeRotation(r, signatures);
        r.version = 3;
        rewards.proposeRotation(r, quorum(rewards.hashRotation(r)));
        vm.warp(block.timestamp + DELAY);
        rewards.rotate(r);
        EpochRoots.Epoch memory e = next(list(Leaf(address(1), 1)), 1, none(), 0);
        bytes memory old = quorum(rewards.hashEpoch(e));
        vm.expectRevert(SignerSet.BadSignature.selector);
        rewards.submitEpoch(e, old);
        rewards.submitEpoch(e, signature(others[1], rewards.hashEpoch(e)));
    }

    function test_theGuardianCanOnlySayNo() public {
        vm.expectRevert(SignerSet.NotGuardian.selector);
        rewards.setPaused(true);
        EpochRoots.Epoch memory e = next(list(Leaf(GUARDIAN, 1)), 1, none(), 0);
        bytes memory signatures = signature(keys[0], rewards.hashEpoch(e));
        vm.prank(GUARDIAN);
        vm.expectRevert(SignerSet.BadSignature.selector);
        rewards.submitEpoch(e, signatures);
        submit(e);
        vm.warp(block.timestamp + DELAY);
        vm.prank(GUARDIAN);
        vm.expectRevert(SignerSet.NothingPending.selector);
        rewards.veto();  // What counts cannot be taken back.
    }
}
