// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Earshot's token and the settlement of its epochs
/// @notice Verifiers put one transaction on chain per epoch: the root of a Merkle tree that holds, for
/// each account, all it ever earned. Anybody claims with a proof, for himself or for others.
///
/// Always true, whoever misbehaves (the verifiers' quorum included):
///
///     totalSupply() <= total of the current root
///     total of any root <= emissionCap(its epoch)
///     the epoch of any root was over, by the chain's clock, when the root was submitted
///
/// A root counts only after `activationDelay`. Until then it can be cancelled: by the guardian, or by
/// anybody who shows that it contradicts itself or the root before it. An account that was left out
/// cannot be shown here (the tree is ordered by hash): only recomputing the epoch shows that.
/// @dev A cancelled epoch stays consumed, so its signatures can never be used again; what it did not
/// pay, a later epoch may, because the cap is cumulative.
contract EarshotRewards is ERC20, EIP712 {
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
        /// Tree over what each depositor has spent on data. Zero: this version takes no deposits.
        bytes32 debitsRoot;
        /// Part of `cumulativeTotal` that deposits paid for. Zero: this version takes no deposits.
        uint128 cumulativeData;
        /// SHA-256 of the canonical rewards file, from which anybody rebuilds the tree.
        bytes32 artifactHash;
        /// Leaves of the network log that the epoch was judged from; a log only grows.
        uint64 logSize;
        /// RFC 6962 root of that log.
        bytes32 logRoot;
    }

    /// @notice A new signer set, signed by a quorum of the old one.
    struct Rotation {
        /// One more than the last version that was ever proposed.
        uint64 version;
        /// How many signatures an epoch needs.
        uint64 threshold;
        /// Strictly ascending.
        address[] signers;
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
        /// Emission of the first epoch in base units.
        uint128 emissionPerEpoch;
    }

    bytes32 private constant EPOCH_TYPEHASH = keccak256(
        "Epoch(uint64 epoch,uint64 signerSetVersion,bytes32 prevRewardsRoot,bytes32 rewardsRoot,"
        "uint128 cumulativeTotal,bytes32 debitsRoot,uint128 cumulativeData,bytes32 artifactHash,"
        "uint64 logSize,bytes32 logRoot)"
    );
    bytes32 private constant ROTATION_TYPEHASH =
        keccak256("Rotation(uint64 version,uint64 threshold,address[] signers)");
    /// Bytes of a signature: r, s, v.
    uint256 private constant SIGNATURE_LENGTH = 65;

    uint64 public immutable firstEpoch;
    uint64 public immutable epochSeconds;
    uint64 public immutable activationDelay;
    uint64 public immutable halvingEpochs;
    uint128 public immutable emissionPerEpoch;

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

    /// @notice The signer set in force.
    uint64 public signerSetVersion;
    /// @notice Signatures that an epoch needs.
    uint64 public threshold;
    /// @notice The last version ever proposed, whatever became of it.
    uint64 public proposedVersion;
    /// @notice When the proposed rotation may take effect; 0: none is proposed.
    uint64 public rotationMaturesAt;
    /// @notice What was proposed: the EIP-712 struct hash of the Rotation.
    bytes32 public proposedRotation;
    /// @notice An account is a signer when this is `signerSetVersion`.
    mapping(address account => uint64 version) public signerVersion;

    /// @notice May veto and pause, and nothing else.
    address public guardian;
    /// @notice Neither submission nor claims while true; fraud proofs go on.
    bool public paused;

    /// @notice What each account has claimed, ever.
    mapping(address account => uint256 cumulative) public claimed;

    event EpochSubmitted(uint64 indexed epoch, Epoch content, uint64 maturesAt);
    event EpochCancelled(uint64 indexed epoch, bytes32 rewardsRoot, bytes32 reason);
    event Claimed(address indexed account, uint256 amount, uint256 cumulative);
    event RotationProposed(uint64 indexed version, uint64 threshold, address[] signers, uint64 maturesAt);
    event RotationVetoed(uint64 indexed version);
    event SignersChanged(uint64 indexed version, uint64 threshold, address[] signers);
    event GuardianChanged(address guardian);
    event PausedChanged(bool paused);

    error BadTerms();
    error BadSigners();
    error EpochOutOfOrder(uint64 found, uint64 last);
    error EpochNotOver(uint64 epoch, uint256 endsAt);
    error WrongSignerSet(uint64 found, uint64 expected);
    error WrongPreviousRoot(bytes32 found, bytes32 expected);
    error PreviousStillPending(uint64 maturesAt);
    error TotalFell(uint128 found, uint128 least);
    error OverEmissionCap(uint256 found, uint256 cap);
    error DataNotBacked();
    error LogShrunk(uint64 found, uint64 least);
    error BadSignature();
    error BadProof();
    error NothingToClaim();
    error OverTotal(uint256 found, uint128 total);
    error NothingPending();
    error RotationPending();
    error WrongRotation();
    error NotGuardian();
    error IsPaused();

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert NotGuardian();
        _;
    }

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
    {
        if (terms.firstEpoch == 0 || terms.epochSeconds == 0 || terms.activationDelay > terms.epochSeconds) {
            revert BadTerms();
        }
        firstEpoch = terms.firstEpoch;
        epochSeconds = terms.epochSeconds;
        activationDelay = terms.activationDelay;
        halvingEpochs = terms.halvingEpochs;
        emissionPerEpoch = terms.emissionPerEpoch;
        epoch = terms.firstEpoch - 1;
        guardian = guardian_;
        proposedVersion = 1;
        _checkSigners(signers, quorum);
        _setSigners(1, quorum, signers);
    }

    // ---------------------------------------------------------------- epochs

    /// @notice Puts an epoch's root on chain. Anybody may send it; the signatures are what counts.
    /// @param signatures `threshold` times r, s, v (65 bytes each), by signers of the set in force in
    /// strictly ascending order of their addresses, s in the lower half of the curve's order.
    function submitEpoch(Epoch calldata e, bytes calldata signatures) external {
        if (paused) revert IsPaused();
        if (block.timestamp < maturesAt) revert PreviousStillPending(maturesAt);
        _checkEpoch(e);
        _checkSignatures(hashEpoch(e), signatures);

        (baseRoot, baseTotal, baseLogSize) = (newestRoot, newestTotal, logSize);
        uint64 matures = uint64(block.timestamp) + activationDelay;
        (epoch, maturesAt, newestTotal) = (e.epoch, matures, e.cumulativeTotal);
        (newestRoot, logSize) = (e.rewardsRoot, e.logSize);
        emit EpochSubmitted(e.epoch, e, matures);
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
        // Nothing is deposited in this version, so nothing can have been paid for by deposits: a
        // figure here would let a quorum pass the emission cap.
        if (e.cumulativeData != 0 || e.debitsRoot != 0) revert DataNotBacked();
        uint256 cap = emissionCap(e.epoch);
        if (e.cumulativeTotal - e.cumulativeData > cap) revert OverEmissionCap(e.cumulativeTotal, cap);
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

    // ---------------------------------------------------------------- claims

    /// @notice Pays `account` what it earned and has not claimed. Anybody may send it: the tokens go to
    /// the account.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external {
        if (paused) revert IsPaused();
        (bytes32 root, uint128 total) = current();
        if (!_holds(root, account, cumulative, proof)) revert BadProof();
        if (!_pay(account, cumulative, total)) revert NothingToClaim();
    }

    /// @notice Many claims at once. One that somebody made before, or whose proof is for another root,
    /// is skipped: it must not stop the others.
    /// @return paid How many accounts got something.
    function claimMany(address[] calldata accounts, uint256[] calldata cumulative, bytes32[][] calldata proofs)
        external
        returns (uint256 paid)
    {
        if (paused) revert IsPaused();
        if (accounts.length != cumulative.length || accounts.length != proofs.length) revert BadProof();
        (bytes32 root, uint128 total) = current();
        for (uint256 i; i < accounts.length; ++i) {
            if (!_holds(root, accounts[i], cumulative[i], proofs[i])) continue;
            if (_pay(accounts[i], cumulative[i], total)) ++paid;
        }
    }

    function _pay(address account, uint256 cumulative, uint128 total) private returns (bool) {
        uint256 before = claimed[account];
        if (cumulative <= before) return false;
        claimed[account] = cumulative;
        _mint(account, cumulative - before);
        // Nothing burns, so the supply is what was ever claimed. Leaves that add up to more than the
        // signed total would inflate; the last to claim finds out, and nobody is paid from nothing.
        if (totalSupply() > total) revert OverTotal(totalSupply(), total);
        emit Claimed(account, cumulative - before, cumulative);
        return true;
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

    // ---------------------------------------------------------------- fraud proofs

    /// @notice Cancels the pending root in which an account's total is lower than in the root before.
    function proveRegression(
        address account,
        uint256 baseCumulative,
        bytes32[] calldata baseProof,
        uint256 newestCumulative,
        bytes32[] calldata newestProof
    ) external whilePending {
        if (newestCumulative >= baseCumulative) revert BadProof();
        if (!_holds(baseRoot, account, baseCumulative, baseProof)) revert BadProof();
        if (!_holds(newestRoot, account, newestCumulative, newestProof)) revert BadProof();
        _cancel("regression");
    }

    /// @notice Cancels the pending root that holds two leaves for one account.
    function proveDuplicate(
        address account,
        uint256 oneCumulative,
        bytes32[] calldata oneProof,
        uint256 otherCumulative,
        bytes32[] calldata otherProof
    ) external whilePending {
        if (oneCumulative == otherCumulative) revert BadProof();
        if (!_holds(newestRoot, account, oneCumulative, oneProof)) revert BadProof();
        if (!_holds(newestRoot, account, otherCumulative, otherProof)) revert BadProof();
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

    /// @dev The epoch's number stays consumed; everything else goes back to the root before.
    function _cancel(bytes32 reason) private {
        emit EpochCancelled(epoch, newestRoot, reason);
        (newestRoot, newestTotal, logSize) = (baseRoot, baseTotal, baseLogSize);
        maturesAt = 0;
    }

    // ---------------------------------------------------------------- guardian

    /// @notice Cancels the pending root.
    function veto() external onlyGuardian whilePending {
        _cancel("guardian");
    }

    /// @notice Cancels the proposed rotation; its version stays consumed.
    function vetoRotation() external onlyGuardian {
        if (rotationMaturesAt == 0) revert NothingPending();
        rotationMaturesAt = 0;
        emit RotationVetoed(proposedVersion);
    }

    function setPaused(bool paused_) external onlyGuardian {
        paused = paused_;
        emit PausedChanged(paused_);
    }

    /// @notice The guardian hands its office over; to the zero address: gives it up for good.
    function setGuardian(address guardian_) external onlyGuardian {
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    // ---------------------------------------------------------------- signers

    /// @notice Proposes a signer set. It takes effect by `rotate`, `activationDelay` later, unless the
    /// guardian vetoes it.
    /// @param signatures As for `submitEpoch`, by the set in force.
    function proposeRotation(Rotation calldata r, bytes calldata signatures) external {
        if (rotationMaturesAt != 0) revert RotationPending();
        if (r.version != proposedVersion + 1) revert WrongSignerSet(r.version, proposedVersion + 1);
        _checkSigners(r.signers, r.threshold);
        bytes32 content = _hashRotation(r);
        _checkSignatures(_hashTypedDataV4(content), signatures);
        proposedVersion = r.version;
        proposedRotation = content;
        rotationMaturesAt = uint64(block.timestamp) + activationDelay;
        emit RotationProposed(r.version, r.threshold, r.signers, rotationMaturesAt);
    }

    /// @notice Puts the proposed signer set in force once its time has come. Anybody may send it.
    function rotate(Rotation calldata r) external {
        if (rotationMaturesAt == 0) revert NothingPending();
        if (block.timestamp < rotationMaturesAt) revert RotationPending();
        if (_hashRotation(r) != proposedRotation) revert WrongRotation();
        rotationMaturesAt = 0;
        _setSigners(r.version, r.threshold, r.signers);
    }

    /// @notice The EIP-712 digest that a quorum signs for a rotation.
    function hashRotation(Rotation calldata r) external view returns (bytes32) {
        return _hashTypedDataV4(_hashRotation(r));
    }

    function _hashRotation(Rotation calldata r) private pure returns (bytes32) {
        bytes32 signers = keccak256(abi.encodePacked(r.signers));
        return keccak256(abi.encode(ROTATION_TYPEHASH, r.version, r.threshold, signers));
    }

    function _checkSigners(address[] memory signers, uint64 quorum) private pure {
        if (quorum == 0 || quorum > signers.length) revert BadSigners();
        address previous;
        for (uint256 i; i < signers.length; ++i) {
            if (signers[i] <= previous) revert BadSigners();
            previous = signers[i];
        }
    }

    function _setSigners(uint64 version, uint64 quorum, address[] memory signers) private {
        for (uint256 i; i < signers.length; ++i) signerVersion[signers[i]] = version;
        (signerSetVersion, threshold) = (version, quorum);
        emit SignersChanged(version, quorum, signers);
    }

    /// @dev Exactly `threshold` signatures, strictly ascending signers: none counts twice. The library
    /// refuses a high s and the zero address.
    function _checkSignatures(bytes32 digest, bytes calldata signatures) private view {
        uint256 needed = threshold;
        uint64 version = signerSetVersion;
        if (signatures.length != needed * SIGNATURE_LENGTH) revert BadSignature();
        address previous;
        for (uint256 i; i < needed; ++i) {
            bytes calldata one = signatures[i * SIGNATURE_LENGTH:(i + 1) * SIGNATURE_LENGTH];
            (address signer, ECDSA.RecoverError problem,) =
                ECDSA.tryRecover(digest, uint8(one[64]), bytes32(one[0:32]), bytes32(one[32:64]));
            if (problem != ECDSA.RecoverError.NoError) revert BadSignature();
            if (signer <= previous || signerVersion[signer] != version) revert BadSignature();
            previous = signer;
        }
    }
}
