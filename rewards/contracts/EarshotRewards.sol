// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {EpochRoots} from "./EpochRoots.sol";
import {FraudProofs} from "./FraudProofs.sol";

/// @title Earshot's token and the settlement of its epochs
/// @notice Verifiers put one transaction on chain per epoch: the root of a Merkle tree that holds, for
/// each account, all it ever earned, and the root of another that holds, for each depositor, all it ever
/// spent on data. Anybody claims with a proof, for himself or for others.
///
/// Always true, whoever misbehaves (the verifiers' quorum included):
///
///     totalClaimed() <= total of the current root
///     total of any root - what deposits paid of it <= emissionCap(its epoch)
///     what deposits paid of the newest root <= totalDeposited - totalWithdrawn
///     totalSupply() == totalClaimed() + totalWithdrawn - totalDeposited <= emissionCap(epoch)
///     the epoch of any root was over, by the chain's clock, when the root was submitted
///
/// A root counts only after `activationDelay`. Until then it can be cancelled: by the guardian, or by
/// anybody who shows that it contradicts itself, the deposits or the root before it. An account that was
/// left out cannot be shown here (the trees are ordered by hash): only recomputing the epoch shows that.
/// @dev A cancelled epoch stays consumed, so its signatures can never be used again; what it did not
/// pay, a later epoch may, because the cap is cumulative.
contract EarshotRewards is FraudProofs {
    /// @notice What each account has claimed, ever.
    mapping(address account => uint256 cumulative) public claimed;

    event Claimed(address indexed account, uint256 amount, uint256 cumulative);

    error NothingToClaim();
    error OverTotal(uint256 found, uint128 total);

    /// @param signers The first signer set, strictly ascending.
    /// @param quorum How many of them an epoch needs.
    constructor(address[] memory signers, uint64 quorum, address guardian_, Terms memory terms)
        ERC20("Earshot", "EAR")
        EIP712("EarshotRewards", "1")
        EpochRoots(signers, quorum, guardian_, terms)
    {}

    /// @notice Pays `account` what it earned and has not claimed. Anybody may send it: the tokens go to
    /// the account.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external whileRunning {
        (bytes32 root, uint128 total) = current();
        if (!_holds(root, account, cumulative, proof)) revert BadProof();
        if (cumulative <= claimed[account]) revert NothingToClaim();
        uint256 after_ = totalClaimed() + cumulative - claimed[account];
        // Leaves that add up to more than the signed total would inflate; the last to claim finds out,
        // and nobody is paid from nothing.
        if (after_ > total) revert OverTotal(after_, total);
        _pay(account, cumulative);
    }

    /// @notice Many claims at once. One that cannot be paid (made before, a proof for another root, more
    /// than the total allows) is skipped: it must not stop the others.
    /// @return paid How many accounts got something.
    function claimMany(address[] calldata accounts, uint256[] calldata cumulative, bytes32[][] calldata proofs)
        external
        whileRunning
        returns (uint256 paid)
    {
        if (accounts.length != cumulative.length || accounts.length != proofs.length) revert BadProof();
        (bytes32 root, uint128 total) = current();
        for (uint256 i; i < accounts.length; ++i) {
            address account = accounts[i];
            if (account == address(0) || cumulative[i] <= claimed[account]) continue;
            if (!_holds(root, account, cumulative[i], proofs[i])) continue;
            // A leaf may be any number: no sum that could overflow.
            if (cumulative[i] - claimed[account] > total - totalClaimed()) continue;
            _pay(account, cumulative[i]);
            ++paid;
        }
    }

    function _pay(address account, uint256 cumulative) private {
        uint256 amount = cumulative - claimed[account];
        claimed[account] = cumulative;
        _mint(account, amount);
        emit Claimed(account, amount, cumulative);
    }
}
