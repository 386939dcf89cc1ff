// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EpochRoots} from "./EpochRoots.sol";

/// @title What depositors burned, spent and get back
abstract contract Deposits is EpochRoots {
    /// @notice One depositor's account.
    struct Deposit {
        /// All deposited less all withdrawn, spent or not.
        uint128 amount;
        /// With a withdrawal requested: the last epoch in which a reservation may still run; else 0.
        uint64 reservedUntil;
    }

    mapping(address payer => Deposit) public deposits;

    event Deposited(address indexed payer, uint128 amount, uint128 total);
    event WithdrawalRequested(address indexed payer, uint64 reservedUntil);
    event Withdrawn(address indexed payer, uint128 amount);

    error NothingDeposited();
    error NothingRequested();
    error StillReserved(uint64 reservedUntil, uint64 settled);

    /// @notice Burns the sender's tokens and lets `payer` spend them on data. One deposit serves any
    /// number of channels and hotspots.
    function deposit(address payer, uint128 amount) external whileRunning {
        if (amount == 0 || payer == address(0)) revert NothingDeposited();
        _burn(msg.sender, amount);
        totalDeposited += amount;
        uint128 total = deposits[payer].amount + amount;
        deposits[payer].amount = total;
        emit Deposited(payer, amount, total);
    }

    /// @notice Announces that the sender wants back what it will not have spent. From the block on which
    /// this is final verifiers reserve nothing more; what they reserved before ends within
    /// `reservationEpochs`, because they count from the time of the final block that they looked at.
    function requestWithdrawal() external {
        if (deposits[msg.sender].amount == 0) revert NothingDeposited();
        uint64 until = uint64(block.timestamp / epochSeconds) + reservationEpochs;
        deposits[msg.sender].reservedUntil = until;
        emit WithdrawalRequested(msg.sender, until);
    }

    /// @notice Pays a requested withdrawal once a root counts that settles every epoch in which the
    /// deposit may have been reserved. Anybody may send it: the tokens go to the payer.
    /// @param spent The payer's leaf in that root's debits.
    function withdraw(address payer, uint256 spent, bytes32[] calldata proof) external whileRunning {
        Deposit memory d = deposits[payer];
        if (d.reservedUntil == 0) revert NothingRequested();
        (uint64 atEpoch, bytes32 debits) = settled();
        if (atEpoch < d.reservedUntil) revert StillReserved(d.reservedUntil, atEpoch);
        if (!_holds(debits, payer, spent, proof) || spent > d.amount) revert BadProof();
        uint128 amount = d.amount - uint128(spent);
        deposits[payer] = Deposit(uint128(spent), 0);
        totalWithdrawn += amount;
        uint256 backed = uint256(totalDeposited) - totalWithdrawn;
        // Debits that add up to less than what they paid for would inflate; the last to withdraw finds out.
        if (newestData > backed) revert DataNotBacked(newestData, backed);
        _mint(payer, amount);
        emit Withdrawn(payer, amount);
    }
}
