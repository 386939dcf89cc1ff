// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EarshotRewards} from "contracts/EarshotRewards.sol";
import {Deposits} from "contracts/Deposits.sol";
import {EpochRoots} from "contracts/EpochRoots.sol";
import {FraudProofs} from "contracts/FraudProofs.sol";
import {SignerSet} from "contracts/SignerSet.sol";
import {Leaf, Trees} from "./Trees.sol";
import {World} from "./World.sol";

/// What payers put in, what they spend, and what they get back.
contract DepositsTest is World {
    address internal constant ANNA = address(0xA1);
    address internal constant BEN = address(0xB2);

    /// Anna has earned 1000 in the first epoch and deposited 400 of them.
    function setUp() public {
        deploy(0);
        settle(earned(1_000, 0), 1_000, none(), 0);
        claimOf(earned(1_000, 0), 0);
        vm.prank(ANNA);
        rewards.deposit(ANNA, 400);
    }

    function earned(uint256 anna, uint256 ben) internal pure returns (Leaf[] memory) {
        return list(Leaf(ANNA, anna), Leaf(BEN, ben));
    }

    function spent(uint256 anna) internal pure returns (Leaf[] memory) {
        return list(Leaf(ANNA, anna));
    }

    function amountOf(address payer) internal view returns (uint256) {
        (uint128 amount,) = rewards.deposits(payer);
        return amount;
    }

    function test_depositBurns() public {
        equal(rewards.totalSupply(), 600);
        equal(rewards.balanceOf(ANNA), 600);
        equal(amountOf(ANNA), 400);
        equal(rewards.totalClaimed(), 1_000);
        vm.prank(ANNA);
        rewards.deposit(BEN, 100);  // For another payer.
        equal(amountOf(BEN), 100);
    }

    function test_depositOfNothingOrForNobodyIsRefused() public {
        vm.expectRevert(Deposits.NothingDeposited.selector);
        rewards.deposit(ANNA, 0);
        vm.expectRevert(Deposits.NothingDeposited.selector);
        rewards.deposit(address(0), 1);
    }

    function test_spentDataIsPaidBeyondTheEmission() public {
        settle(earned(1_500, 850), 2_350, spent(350), 350);
        claimOf(earned(1_500, 850), 1);
        equal(rewards.balanceOf(BEN), 850);
        claimOf(earned(1_500, 850), 0);
        // 2000 emitted, 350 of the 400 that were burned paid out again.
        equal(rewards.totalSupply(), 2_000 - 50);
    }

    function test_dataThatNoDepositBacksIsRefused() public {
        endOfEpoch(FIRST + 1);
        EpochRoots.Epoch memory e = next(earned(1_000, 401), 1_401, spent(401), 401);
        bytes memory signatures = quorum(rewards.hashEpoch(e));
        vm.expectRevert(abi.encodeWithSelector(EpochRoots.DataNotBacked.selector, 401, 400));
        rewards.submitEpoch(e, signatures);
    }

    function test_dataNeverFalls() public {
        settle(earned(1_000, 300), 1_300, spent(300), 300);
        endOfEpoch(FIRST + 2);
        EpochRoots.Epoch memory e = next(earned(1_000, 300), 1_300, spent(300), 299);
        bytes memory signatures = quorum(rewards.hashEpoch(e));
        vm.expectRevert(abi.encodeWithSelector(EpochRoots.TotalFell.selector, 299, 300));
        rewards.submitEpoch(e, signatures);
    }

    function test_withdrawalWaitsForTheLastReservationToBeSettled() public {
        vm.prank(ANNA);
        rewards.requestWithdrawal();  // In epoch FIRST + 1: reserved until FIRST + 2 at most.
        settle(earned(1_000, 100), 1_100, spent(100), 100);
        vm.expectRevert(abi.encodeWithSelector(Deposits.StillReserved.selector, FIRST + 2, FIRST + 1));
        rewards.withdraw(ANNA, 100, Trees.proof(spent(100), 0));
        endOfEpoch(FIRST + 2);
        submit(next(earned(1_000, 150), 1_150, spent(150), 150));
        // The root that settles it is there, but does not count yet.
        vm.expectRevert(abi.encodeWithSelector(Deposits.StillReserved.selector, FIRST + 2, FIRST + 1));
        rewards.withdraw(ANNA, 150, Trees.proof(spent(150), 0));
        vm.warp(block.timestamp + DELAY);
        withdrawOf(spent(150), 0);  // Sent by somebody else.
        equal(rewards.balanceOf(ANNA), 600 + 250);
        equal(amountOf(ANNA), 150);
        vm.expectRevert(Deposits.NothingRequested.selector);
        rewards.withdraw(ANNA, 150, Trees.proof(spent(150), 0));
    }

    function test_withdrawalNeedsARequestAndTheRightLeaf() public {
        settle(earned(1_000, 100), 1_100, spent(100), 100);
        vm.expectRevert(Deposits.NothingRequested.selector);
        rewards.withdraw(ANNA, 100, Trees.proof(spent(100), 0));
        vm.prank(ANNA);
        rewards.requestWithdrawal();
        settle(earned(1_000, 100), 1_100, spent(100), 100);
        settle(earned(1_000, 100), 1_100, spent(100), 100);
        vm.expectRevert(EpochRoots.BadProof.selector);
        rewards.withdraw(ANNA, 0, Trees.proof(spent(100), 0));
        // A leaf of the other tree is no leaf of this one.
        vm.expectRevert(EpochRoots.BadProof.selector);
        rewards.withdraw(ANNA, 1_000, Trees.proof(earned(1_000, 100), 0));
        vm.prank(BEN);
        vm.expectRevert(Deposits.NothingDeposited.selector);
        rewards.requestWithdrawal();
        withdrawOf(spent(100), 0);
        equal(rewards.balanceOf(ANNA), 900);
    }

    function test_aCancelledRootSettlesNoWithdrawal() public {
        vm.prank(ANNA);
        rewards.requestWithdrawal();
        endOfEpoch(FIRST + 2);
        EpochRoots.Epoch memory e = next(earned(1_000, 0), 1_000, spent(0), 0);
        e.epoch = FIRST + 2;
        submit(e);
        vm.prank(GUARDIAN);
        rewards.veto();
        (uint64 atEpoch, bytes32 debits) = rewards.settled();
        equal(atEpoch, FIRST);
        equal(debits, 0);
        vm.expectRevert(abi.encodeWithSelector(Deposits.StillReserved.selector, FIRST + 2, FIRST));
        rewards.withdraw(ANNA, 0, Trees.proof(spent(0), 0));
        settle(earned(1_000, 0), 1_000, spent(0), 0);  // FIRST + 3
        withdrawOf(spent(0), 0);
        equal(rewards.balanceOf(ANNA), 1_000);
    }

    function test_whatDebitsHideCannotBeWithdrawn() public {
        // A quorum pays Ben from Anna's deposit and debits nobody.
        vm.prank(ANNA);
        rewards.requestWithdrawal();
        settle(earned(1_000, 300), 1_300, spent(0), 300);
        settle(earned(1_000, 300), 1_300, spent(0), 300);
        vm.expectRevert(abi.encodeWithSelector(EpochRoots.DataNotBacked.selector, 300, 0));
        rewards.withdraw(ANNA, 0, Trees.proof(spent(0), 0));
        claimOf(earned(1_000, 300), 1);
        equal(rewards.totalSupply(), 900);
    }

    function test_overspendCancels() public {
        vm.prank(ANNA);
        rewards.deposit(BEN, 200);
        endOfEpoch(FIRST + 1);
        Leaf[] memory debits = list(Leaf(ANNA, 401), Leaf(BEN, 199));
        submit(next(earned(1_000, 600), 1_600, debits, 600));
        bytes32[] memory proof = Trees.proof(debits, 1);
        vm.expectRevert(EpochRoots.BadProof.selector);
        rewards.proveOverspend(BEN, 199, proof);
        rewards.proveOverspend(ANNA, 401, Trees.proof(debits, 0));
        equal(rewards.newestData(), 0);
        equal(rewards.newestDebits(), 0);
        equal(rewards.maturesAt(), 0);
    }

    function test_debitsThatFellCancel() public {
        settle(earned(1_000, 300), 1_300, spent(300), 300);
        endOfEpoch(FIRST + 2);
        submit(next(earned(1_000, 300), 1_300, spent(200), 300));
        rewards.proveRegression(
            FraudProofs.Tree.debits, ANNA, 300, Trees.proof(spent(300), 0), 200, Trees.proof(spent(200), 0)
        );
        equal(rewards.newestDebits(), Trees.root(spent(300)));
        equal(rewards.newestData(), 300);
    }

    function test_twoDebitsOfOnePayerCancel() public {
        endOfEpoch(FIRST + 1);
        Leaf[] memory debits = list(Leaf(ANNA, 300), Leaf(ANNA, 0));
        submit(next(earned(1_000, 300), 1_300, debits, 300));
        rewards.proveDuplicate(
            FraudProofs.Tree.debits, ANNA, 300, Trees.proof(debits, 0), 0, Trees.proof(debits, 1)
        );
        equal(rewards.newestRoot(), Trees.root(earned(1_000, 0)));
    }

    function test_pauseStopsTokensInAndOut() public {
        vm.prank(GUARDIAN);
        rewards.setPaused(true);
        vm.expectRevert(SignerSet.IsPaused.selector);
        rewards.deposit(ANNA, 1);
        vm.expectRevert(SignerSet.IsPaused.selector);
        rewards.withdraw(ANNA, 0, new bytes32[](0));
        vm.prank(ANNA);
        rewards.requestWithdrawal();  // Asking is always allowed.
    }

    function testFuzz_whatIsNotSpentComesBack(uint128 put, uint128 used) public {
        put = uint128(bound(put, 1, 600));
        used = uint128(bound(used, 0, put + 400));
        vm.prank(ANNA);
        rewards.deposit(ANNA, put);
        vm.prank(ANNA);
        rewards.requestWithdrawal();
        settle(earned(1_000, used), 1_000 + used, spent(used), used);
        settle(earned(1_000, used), 1_000 + used, spent(used), used);
        uint256 before = rewards.balanceOf(ANNA);
        withdrawOf(spent(used), 0);
        equal(rewards.balanceOf(ANNA) - before, put + 400 - used);
        if (used > 0) claimOf(earned(1_000, used), 1);
        equal(rewards.totalSupply(), 1_000);
    }

    function bound(uint256 value, uint256 lowest, uint256 highest) private pure returns (uint256) {
        return lowest + value % (highest - lowest + 1);
    }
}
