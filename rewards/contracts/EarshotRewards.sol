// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignerSet} from "./SignerSet.sol";

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
contract EarshotRewards is ERC20, SignerSet {
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

    /// @notice One depositor's account.
    struct Deposit {
        /// All deposited less all withdrawn, spent or not.
        uint128 amount;
        /// With a withdrawal requested: the last epoch in which a reservation may still run; else 0.
        uint64 reservedUntil;
    }

    enum Tree {
        rewards,
        debits
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
    mapping(address payer => Deposit) public deposits;
    /// @notice What each account has claimed, ever.
    mapping(address account => uint256 cumulative) public claimed;

    event EpochSubmitted(uint64 indexed epoch, Epoch content, uint64 maturesAt);
    event EpochCancelled(uint64 indexed epoch, bytes32 rewardsRoot, bytes32 reason);
    event Claimed(address indexed account, uint256 amount, uint256 cumulative);
    event Deposited(address indexed payer, uint128 amount, uint128 total);
    event WithdrawalRequested(address indexed payer, uint64 reservedUntil);
    event Withdrawn(address indexed payer, uint128 amount);

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
    error NothingToClaim();
    error OverTotal(uint256 found, uint128 total);
    error NothingDeposited();
    error NothingRequested();
    error StillReserved(uint64 reservedUntil, uint64 settled);

    /// @dev Only a root that does not count yet can be cancelled.
    modifier whilePending() {
        if (block.timestamp >= maturesAt) revert NothingPending();
        _;
    }

    /// @param signers The first signer set, strictly ascending.
    /// @param quorum How many of them an epoch needs.
    constructor(address[] memory signers, uint64 quorum, address guardian_, Terms memory terms)
        ERC20("Earshot", "EAR")
        EIP712("EarshotRewards", "1")
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

    // ---------------------------------------------------------------- epochs

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

    // ---------------------------------------------------------------- claims

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

    /// @notice What all accounts have claimed, ever.
    function totalClaimed() public view returns (uint256) {
        return totalSupply() + totalDeposited - totalWithdrawn;
    }

    function _pay(address account, uint256 cumulative) private {
        uint256 amount = cumulative - claimed[account];
        claimed[account] = cumulative;
        _mint(account, amount);
        emit Claimed(account, amount, cumulative);
    }

    /// @dev The leaf is a double hash, so that no inner node (64 bytes hashed once) can pose as one.
    function _holds(bytes32 root, address account, uint256 cumulative, bytes32[] calldata proof)
        private
        pure
        returns (bool)
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        return MerkleProof.verifyCalldata(proof, root, leaf);
    }

    // ---------------------------------------------------------------- deposits

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

    // ---------------------------------------------------------------- fraud proofs

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

    /// @dev The epoch's number stays consumed; everything else goes back to the root before.
    function _cancel(bytes32 reason) private {
        emit EpochCancelled(epoch, newestRoot, reason);
        (newestRoot, newestTotal, logSize) = (baseRoot, baseTotal, baseLogSize);
        (newestDebits, newestData) = (baseDebits, baseData);
        maturesAt = 0;
    }
}
