// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Deposits} from "./Deposits.sol";

/// @title Reasons for which a pending root is cancelled, by anybody who shows one or by the guardian
abstract contract FraudProofs is Deposits {
    enum Tree {
        rewards,
        debits
    }

    /// @notice Cancels the pending root in one of whose trees an account's total is lower than before.
    function proveRegression(
        Tree tree,
        address account,
        uint256 baseCumulative,
        bytes32[] calldata baseProof,
        uint256 newestCumulative,
        bytes32[] calldata newestProof
    ) external whilePending {
        (bytes32 base, bytes32 newest) = _roots(tree);
        if (newestCumulative >= baseCumulative) revert BadProof();
        if (!_holds(base, account, baseCumulative, baseProof)) revert BadProof();
        if (!_holds(newest, account, newestCumulative, newestProof)) revert BadProof();
        _cancel("regression");
    }

    /// @notice Cancels the pending root one of whose trees holds two leaves for one account.
    function proveDuplicate(
        Tree tree,
        address account,
        uint256 oneCumulative,
        bytes32[] calldata oneProof,
        uint256 otherCumulative,
        bytes32[] calldata otherProof
    ) external whilePending {
        (, bytes32 newest) = _roots(tree);
        if (oneCumulative == otherCumulative) revert BadProof();
        if (!_holds(newest, account, oneCumulative, oneProof)) revert BadProof();
        if (!_holds(newest, account, otherCumulative, otherProof)) revert BadProof();
        _cancel("duplicate");
    }

    /// @notice Cancels the pending root whose leaves add up to more than its total.
    /// @param accounts Leaves that do, strictly ascending by account; often one is enough.
    function proveOverTotal(
        address[] calldata accounts,
        uint256[] calldata cumulative,
        bytes32[][] calldata proofs
    ) external whilePending {
        if (accounts.length != cumulative.length || accounts.length != proofs.length) revert BadProof();
        uint256 left = newestTotal;
        address previous;
        for (uint256 i; i < accounts.length; ++i) {
            if (i > 0 && accounts[i] <= previous) revert BadProof();
            previous = accounts[i];
            if (!_holds(newestRoot, accounts[i], cumulative[i], proofs[i])) revert BadProof();
            if (cumulative[i] > left) return _cancel("over total");
            left -= cumulative[i];
        }
        revert BadProof();
    }

    /// @notice Cancels the pending root in which a payer spent more than it deposited.
    function proveOverspend(address payer, uint256 spent, bytes32[] calldata proof) external whilePending {
        if (spent <= deposits[payer].amount) revert BadProof();
        if (!_holds(newestDebits, payer, spent, proof)) revert BadProof();
        _cancel("overspend");
    }

    /// @notice The guardian cancels the pending root.
    function veto() external onlyGuardian whilePending {
        _cancel("guardian");
    }

    function _roots(Tree tree) private view returns (bytes32 base, bytes32 newest) {
        return tree == Tree.rewards ? (baseRoot, newestRoot) : (baseDebits, newestDebits);
    }
}
