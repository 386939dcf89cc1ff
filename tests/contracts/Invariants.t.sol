// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EarshotRewards} from "contracts/EarshotRewards.sol";
import {EpochRoots} from "contracts/EpochRoots.sol";
import {FraudProofs} from "contracts/FraudProofs.sol";
import {Leaf, Trees} from "./Trees.sol";
import {World} from "./World.sol";

/// Everybody at once, in any order: a quorum that signs whatever it likes, payers, claimers, a guardian
/// and watchers. Counts what really happened, apart from the contract.
contract Actors is World {
    uint256 public claimedSum;
    uint256 public depositedSum;
    uint256 public withdrawnSum;
    uint256 public replays;
    uint256 public submitted;
    uint256 public cancelled;
    uint64 public highestEpoch;

    Leaf[] internal earnedNow;
    Leaf[] internal spentNow;
    Leaf[] internal earnedBefore;
    Leaf[] internal spentBefore;
    EpochRoots.Epoch internal last;

    constructor() {
        deploy(0);
    }

    function contractUnderTest() external view returns (EarshotRewards) {
        return rewards;
    }

    function person(uint256 i) internal pure returns (address) {
        return address(uint160(0xC000 + i % 4));
    }

    function store(Leaf[] storage to, Leaf[] memory from) internal {
        while (to.length > 0) to.pop();
        for (uint256 i; i < from.length; ++i) to.push(from[i]);
    }

    /// Mostly plausible totals, sometimes lies: every bit of `lies` that is set bends one of them.
    function submitEpoch(uint128[4] calldata earn, uint128[4] calldata spend, uint128 data, uint8 lies) external {
        if (block.timestamp < rewards.maturesAt()) vm.warp(rewards.maturesAt());
        endOfEpoch(rewards.epoch() + 1);
        Leaf[] memory earned = new Leaf[](4);
        Leaf[] memory spent = new Leaf[](4);
        uint128 more = data % (spare() + 1);
        (uint256 total, uint256 debit) = (0, more);
        for (uint256 i; i < 4; ++i) {
            earned[i] = Leaf(person(i), totalOf(earnedNow, i) + earn[i] % (EMISSION / 4 + more / 4 + 1));
            uint256 part = spend[i] % (min(debit, left(i)) + 1);
            if (i == 3 && left(i) >= debit) part = debit;
            debit -= part;
            spent[i] = Leaf(person(i), totalOf(spentNow, i) + part);
            total += earned[i].amount;
        }
        uint128 cumulativeData = rewards.newestData() + more;
        if (lies & 15 == 1) total = total * 9 / 10;
        if (lies & 15 == 2) cumulativeData += 1 + data % 500;
        if (lies & 15 == 3) spent[data % 4].amount = data % 2_000;
        if (lies & 15 == 4) earned[data % 4].amount = data % 2_000;
        if (lies & 15 == 5) earned[0].account = person(1);
        EpochRoots.Epoch memory e = next(earned, uint128(total), spent, cumulativeData);
        try rewards.submitEpoch(e, quorum(rewards.hashEpoch(e))) {
            ++submitted;
            store(earnedBefore, earnedNow);
            store(spentBefore, spentNow);
            store(earnedNow, earned);
            store(spentNow, spent);
            last = e;
            if (e.epoch > highestEpoch) highestEpoch = e.epoch;
        } catch {}
    }

    function spare() internal view returns (uint128) {
        return rewards.totalDeposited() - rewards.totalWithdrawn() - rewards.newestData();
    }

    /// Of a person's deposit; lies may have spent more than it.
    function left(uint256 i) internal view returns (uint256) {
        (uint128 amount,) = rewards.deposits(person(i));
        uint256 gone = totalOf(spentNow, i);
        return amount > gone ? amount - gone : 0;
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function totalOf(Leaf[] storage leaves, uint256 i) internal view returns (uint256) {
        return i < leaves.length ? leaves[i].amount : 0;
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + time % (2 * DELAY));
    }

    /// Tries every leaf known, against whichever root is current.
    function claim(uint256 who, bool fromOld) external {
        Leaf[] memory leaves = fromOld ? earnedBefore : earnedNow;
        if (leaves.length == 0) return;
        who %= leaves.length;
        address account = leaves[who].account;
        uint256 before = rewards.balanceOf(account);
        try rewards.claim(account, leaves[who].amount, Trees.proof(leaves, who)) {
            claimedSum += rewards.balanceOf(account) - before;
        } catch {}
    }

    function claimAll() external {
        Leaf[] memory leaves = earnedNow;
        uint256 n = leaves.length;
        if (n == 0) return;
        address[] memory who = new address[](n);
        uint256[] memory amounts = new uint256[](n);
        bytes32[][] memory proofs = new bytes32[][](n);
        for (uint256 i; i < n; ++i) {
            (who[i], amounts[i], proofs[i]) = (leaves[i].account, leaves[i].amount, Trees.proof(leaves, i));
        }
        uint256 before = rewards.totalSupply();
        rewards.claimMany(who, amounts, proofs);  // Never reverts, whatever the tree holds.
        claimedSum += rewards.totalSupply() - before;
    }

    function deposit(uint256 who, uint256 whose, uint128 amount) external {
        uint256 balance = rewards.balanceOf(person(who));
        if (balance == 0) return;
        amount = uint128(1 + amount % balance);
        vm.prank(person(who));
        rewards.deposit(person(whose), amount);
        depositedSum += amount;
    }

    function requestWithdrawal(uint256 who) external {
        vm.prank(person(who));
        try rewards.requestWithdrawal() {} catch {}
    }

    function withdraw(bool fromOld) external {
        Leaf[] memory leaves = fromOld ? spentBefore : spentNow;
        for (uint256 i; i < leaves.length; ++i) {
            uint256 before = rewards.totalSupply();
            try rewards.withdraw(leaves[i].account, leaves[i].amount, Trees.proof(leaves, i)) {
                withdrawnSum += rewards.totalSupply() - before;
            } catch {}
        }
    }

    function veto(uint8 mood) external {
        if (mood % 4 != 0) return;
        vm.prank(GUARDIAN);
        try rewards.veto() {
            afterCancel();
        } catch {}
    }

    function proveSomething(uint256 who, bool debits) external {
        Leaf[] memory now_ = debits ? spentNow : earnedNow;
        Leaf[] memory before = debits ? spentBefore : earnedBefore;
        if (now_.length == 0) return;
        who %= now_.length;
        Leaf memory leaf = now_[who];
        bytes32[] memory proof = Trees.proof(now_, who);
        if (debits) {
            try rewards.proveOverspend(leaf.account, leaf.amount, proof) {
                return afterCancel();
            } catch {}
        }
        if (before.length == 0) return;
        FraudProofs.Tree tree = debits ? FraudProofs.Tree.debits : FraudProofs.Tree.rewards;
        try rewards.proveRegression(
            tree, leaf.account, before[who].amount, Trees.proof(before, who), leaf.amount, proof
        ) {
            afterCancel();
        } catch {}
    }

    function afterCancel() internal {
        ++cancelled;
        store(earnedNow, earnedBefore);
        store(spentNow, spentBefore);
        bytes memory signatures = quorum(rewards.hashEpoch(last));
        try rewards.submitEpoch(last, signatures) {
            ++replays;
        } catch {}
    }
}

contract InvariantsTest is World {
    Actors internal actors;

    function setUp() public {
        actors = new Actors();
        rewards = actors.contractUnderTest();
    }

    function targetContracts() public view returns (address[] memory found) {
        found = new address[](1);
        found[0] = address(actors);
    }

    /// One campaign for all of them: the walk is what takes the time.
    function invariant_money() public view {
        supplyIsClaimsAndWithdrawalsLessDeposits();
        neverMoreThanTheScheduleAndTheDeposits();
        epochsAndLogGoOneWay();
    }

    /// A campaign in which nothing can happen would prove nothing.
    function test_actorsReallyAct() public {
        uint128[4] memory some = [uint128(200), 150, 100, 50];
        for (uint256 i; i < 6; ++i) {
            actors.submitEpoch(some, some, 40, 0);
            if (i == 1) {
                actors.veto(0);
                equal(actors.cancelled(), 1);
            }
            actors.wait(uint32(DELAY));
            actors.claimAll();
            actors.deposit(i, i, 60);
            actors.requestWithdrawal(i);
            actors.withdraw(false);
            invariant_money();
        }
        equal(actors.submitted(), 6);
        require(actors.claimedSum() > 0 && actors.depositedSum() > 0, "no money moved");
        require(actors.withdrawnSum() > 0, "nothing was withdrawn");
    }

    function supplyIsClaimsAndWithdrawalsLessDeposits() internal view {
        uint256 supply = actors.claimedSum() + actors.withdrawnSum() - actors.depositedSum();
        equal(rewards.totalSupply(), supply);
        equal(rewards.totalClaimed(), actors.claimedSum());
        equal(rewards.totalDeposited(), actors.depositedSum());
        equal(rewards.totalWithdrawn(), actors.withdrawnSum());
    }

    function neverMoreThanTheScheduleAndTheDeposits() internal view {
        (, uint128 total) = rewards.current();
        require(rewards.totalClaimed() <= total, "claimed above the total");
        uint256 cap = rewards.emissionCap(rewards.epoch());
        require(rewards.newestTotal() <= cap + rewards.newestData(), "total above the schedule");
        uint256 backed = rewards.totalDeposited() - rewards.totalWithdrawn();
        require(rewards.newestData() <= backed, "data that no deposit backs");
        require(rewards.totalSupply() <= cap, "supply above the schedule");
    }

    function epochsAndLogGoOneWay() internal view {
        equal(actors.replays(), 0);
        require(rewards.epoch() >= actors.highestEpoch(), "an epoch's number came back");
        require(rewards.logSize() >= rewards.baseLogSize(), "the log shrank");
        require(rewards.newestTotal() >= rewards.baseTotal(), "the total fell");
        require(rewards.newestData() >= rewards.baseData(), "what deposits paid fell");
        (uint64 settledEpoch,) = rewards.settled();
        require(settledEpoch <= rewards.epoch(), "settled what was never submitted");
    }
}
