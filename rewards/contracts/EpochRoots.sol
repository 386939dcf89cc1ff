// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignerSet} from "./SignerSet.sol";

/// @title The roots of epochs: submitted by the verifiers' quorum, current after a delay, cancelled before
/// @dev Storage of all that a submission reads stands here, in the order in which it shares slots.
abstract contract EpochRoots is ERC20, SignerSet {
    /// @notice What the verifiers sign (EIP-712) and submit for an epoch.
    struct Epoch {
        /// Number of the epoch: it holds the seconds [epoch, epoch + 1) * epochSeconds of Unix time.
        uint64 epoch;
        /// The signer set whose signatures count.
        uint64 signerSetVersion;
        /// The root that this one builds on: the current one, zero for the first.
        bytes32 prevRewardsRoot;
        /// OpenZeppelin StandardMerkleTree over (address account, uint256 cumulative).
        bytes32 rewardsRoot;
        /// Sum of all leaves, ever, in base units.
        uint128 cumulativeTotal;
        /// The same kind of tree over (address payer, uint256 spent): every depositor has a leaf, also
        /// one who spent nothing. Zero while there are none.
        bytes32 debitsRoot;
        /// Part of `cumulativeTotal` that deposits paid for.
        uint128 cumulativeData;
        /// SHA-256 of the canonical rewards file, from which anybody rebuilds both trees.
        bytes32 artifactHash;
        /// Leaves of the network log that the epoch was judged from; a log only grows.
        uint64 logSize;
        /// RFC 6962 root of that log.
        bytes32 logRoot;
    }

    /// @notice What does not change after deployment.
    struct Terms {
        /// The first epoch that may be submitted; at least 1.
        uint64 firstEpoch;
        /// Length of an epoch in seconds.
        uint64 epochSeconds;
        /// Seconds between the submission of a root and its first claim; at most `epochSeconds`.
        uint64 activationDelay;
        /// Emission halves after this many epochs; 0: never.
        uint64 halvingEpochs;
        /// How many epochs ahead verifiers reserve a deposit, at most `MAX_RESERVATION_EPOCHS`.
        uint64 reservationEpochs;
        /// Emission of the first epoch in base units.
        uint128 emissionPerEpoch;
    }

    bytes32 private constant EPOCH_TYPEHASH = keccak256(
        "Epoch(uint64 epoch,uint64 signerSetVersion,bytes32 prevRewardsRoot,bytes32 rewardsRoot,"
        "uint128 cumulativeTotal,bytes32 debitsRoot,uint128 cumulativeData,bytes32 artifactHash,"
        "uint64 logSize,bytes32 logRoot)"
    );
    /// @notice Chosen: no contract may hold a deposit for longer than some weeks of daily epochs.
    uint64 public constant MAX_RESERVATION_EPOCHS = 60;

    uint64 public immutable firstEpoch;
    uint64 public immutable epochSeconds;
    uint64 public immutable halvingEpochs;
    uint64 public immutable reservationEpochs;
    uint128 public immutable emissionPerEpoch;

    /// @notice Epoch of `baseRoot`. (Shares a storage slot with `paused`, which every submission reads.)
    uint64 public baseEpoch;
    /// @notice The last epoch submitted, cancelled or not.
    uint64 public epoch;
    /// @notice When the newest root counts; 0 when it was cancelled.
    uint64 public maturesAt;
    /// @notice Total of the newest root.
    uint128 public newestTotal;
    /// @notice The newest root: current once `maturesAt` has come.
    bytes32 public newestRoot;
    /// @notice The root before the newest: current until then.
    bytes32 public baseRoot;
    /// @notice Total of `baseRoot`.
    uint128 public baseTotal;
    /// @notice Size of the log behind the newest root.
    uint64 public logSize;
    /// @notice Size of the log behind `baseRoot`: what a cancellation goes back to.
    uint64 public baseLogSize;
    /// @notice What deposits paid of the newest root's total, and of the one before.
    uint128 public newestData;
    uint128 public baseData;
    /// @notice Root over what depositors spent, with the newest root and with the one before.
    bytes32 public newestDebits;
    bytes32 public baseDebits;

    /// @notice All that was ever burned by deposits and minted by withdrawals.
    uint128 public totalDeposited;
    uint128 public totalWithdrawn;

    event EpochSubmitted(uint64 indexed epoch, Epoch content, uint64 maturesAt);
    event EpochCancelled(uint64 indexed epoch, bytes32 rewardsRoot, bytes32 reason);

    error BadTerms();
    error EpochOutOfOrder(uint64 found, uint64 last);
    error EpochNotOver(uint64 epoch, uint256 endsAt);
    error WrongPreviousRoot(bytes32 found, bytes32 expected);
    error PreviousStillPending(uint64 maturesAt);
    error TotalFell(uint128 found, uint128 least);
    error OverEmissionCap(uint256 found, uint256 cap);
    error DataNotBacked(uint256 found, uint256 backed);
    error LogShrunk(uint64 found, uint64 least);
    error BadProof();

    /// @dev Only a root that does not count yet can be cancelled.
    modifier whilePending() {
        if (block.timestamp >= maturesAt) revert NothingPending();
        _;
    }

    constructor(address[] memory signers, uint64 quorum, address guardian_, Terms memory terms)
        SignerSet(signers, quorum, guardian_, terms.activationDelay)
    {
        if (
            terms.firstEpoch == 0 || terms.epochSeconds == 0 || terms.activationDelay > terms.epochSeconds
                || terms.reservationEpochs > MAX_RESERVATION_EPOCHS
        ) revert BadTerms();
        firstEpoch = terms.firstEpoch;
        epochSeconds = terms.epochSeconds;
        halvingEpochs = terms.halvingEpochs;
        reservationEpochs = terms.reservationEpochs;
        emissionPerEpoch = terms.emissionPerEpoch;
        epoch = terms.firstEpoch - 1;
    }

    /// @notice Puts an epoch's roots on chain. Anybody may send it; the signatures are what counts.
    /// @param signatures `threshold` times r, s, v (65 bytes each), by signers of the set in force in
    /// strictly ascending order of their addresses, s in the lower half of the curve's order.
    function submitEpoch(Epoch calldata e, bytes calldata signatures) external whileRunning {
        if (block.timestamp < maturesAt) revert PreviousStillPending(maturesAt);
        _checkEpoch(e);
        _checkSignatures(hashEpoch(e), signatures);

        if (maturesAt != 0) baseEpoch = epoch;
        (baseRoot, baseTotal, baseLogSize) = (newestRoot, newestTotal, logSize);
        _advanceData(e);
        uint64 matures = uint64(block.timestamp) + activationDelay;
        (epoch, maturesAt, newestTotal) = (e.epoch, matures, e.cumulativeTotal);
        (newestRoot, logSize) = (e.rewardsRoot, e.logSize);
        emit EpochSubmitted(e.epoch, e, matures);
    }

    /// @dev Words that stay as they are are not written: a network without payers pays for reading only.
    function _advanceData(Epoch calldata e) private {
        (uint128 data, bytes32 debits) = (newestData, newestDebits);
        if (baseData != data || e.cumulativeData != data) (newestData, baseData) = (e.cumulativeData, data);
        if (baseDebits != debits) baseDebits = debits;
        if (e.debitsRoot != debits) newestDebits = e.debitsRoot;
    }

    /// @dev All that is asked of an epoch apart from signatures. The newest root has matured here.
    function _checkEpoch(Epoch calldata e) private view {
        if (e.epoch <= epoch) revert EpochOutOfOrder(e.epoch, epoch);
        uint256 endsAt = (uint256(e.epoch) + 1) * epochSeconds;
        if (block.timestamp < endsAt) revert EpochNotOver(e.epoch, endsAt);
        if (e.signerSetVersion != signerSetVersion) {
            revert WrongSignerSet(e.signerSetVersion, signerSetVersion);
        }
        if (e.prevRewardsRoot != newestRoot) revert WrongPreviousRoot(e.prevRewardsRoot, newestRoot);
        if (e.cumulativeTotal < newestTotal) revert TotalFell(e.cumulativeTotal, newestTotal);
        if (e.cumulativeData < newestData) revert TotalFell(e.cumulativeData, newestData);
        uint256 backed = uint256(totalDeposited) - totalWithdrawn;
        if (e.cumulativeData > backed) revert DataNotBacked(e.cumulativeData, backed);
        uint256 cap = emissionCap(e.epoch) + e.cumulativeData;
        if (e.cumulativeTotal > cap) revert OverEmissionCap(e.cumulativeTotal, cap);
        if (e.logSize < logSize) revert LogShrunk(e.logSize, logSize);
    }

    /// @notice The EIP-712 digest that the verifiers sign.
    function hashEpoch(Epoch calldata e) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(EPOCH_TYPEHASH, e)));
    }

    /// @notice All that may have been emitted by the end of `atEpoch`: the sum of
    /// emissionPerEpoch / 2^floor((k - firstEpoch) / halvingEpochs) for k from firstEpoch to atEpoch,
    /// each halving rounded down.
    function emissionCap(uint64 atEpoch) public view returns (uint256 cap) {
        if (atEpoch < firstEpoch) return 0;
        uint256 left = uint256(atEpoch) - firstEpoch + 1;
        uint256 perEpoch = emissionPerEpoch;
        uint256 period = halvingEpochs == 0 ? left : halvingEpochs;
        while (left > period && perEpoch != 0) {
            cap += perEpoch * period;
            left -= period;
            perEpoch >>= 1;
        }
        cap += perEpoch * left;
    }

    /// @notice The root that claims are made against, and its total. No transaction is needed for a
    /// root to become current: time does it.
    function current() public view returns (bytes32 root, uint128 total) {
        return block.timestamp >= maturesAt ? (newestRoot, newestTotal) : (baseRoot, baseTotal);
    }

    /// @notice The epoch of the current root, and the root over what depositors spent until its end.
    function settled() public view returns (uint64 atEpoch, bytes32 debits) {
        if (block.timestamp < maturesAt) return (baseEpoch, baseDebits);
        return (maturesAt == 0 ? baseEpoch : epoch, newestDebits);
    }

    /// @notice What all accounts have claimed, ever.
    function totalClaimed() public view returns (uint256) {
        return totalSupply() + totalDeposited - totalWithdrawn;
    }

    /// @dev The leaf is a double hash, so that no inner node (64 bytes hashed once) can pose as one.
    function _holds(bytes32 root, address account, uint256 cumulative, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        return MerkleProof.verifyCalldata(proof, root, leaf);
    }

    /// @dev The epoch's number stays consumed; everything else goes back to the root before.
    function _cancel(bytes32 reason) internal {
        emit EpochCancelled(epoch, newestRoot, reason);
        (newestRoot, newestTotal, logSize) = (baseRoot, baseTotal, baseLogSize);
        (newestDebits, newestData) = (baseDebits, baseData);
        maturesAt = 0;
    }
}
