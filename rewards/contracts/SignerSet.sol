// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Who decides: M of N signers, and a guardian that can only say no
/// @notice A new signer set is signed by a quorum of the old one and waits before it takes effect. The
/// guardian vetoes and pauses; it can neither propose, mint, move nor change anything.
abstract contract SignerSet is EIP712 {
    /// @notice A new signer set, signed by a quorum of the old one.
    struct Rotation {
        /// One more than the last version that was ever proposed.
        uint64 version;
        /// How many signatures an epoch needs.
        uint64 threshold;
        /// Strictly ascending.
        address[] signers;
    }

    bytes32 private constant ROTATION_TYPEHASH =
        keccak256("Rotation(uint64 version,uint64 threshold,address[] signers)");
    /// Bytes of a signature: r, s, v.
    uint256 private constant SIGNATURE_LENGTH = 65;

    /// @notice Seconds between the submission of a root or a signer set and its effect.
    uint64 public immutable activationDelay;

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
    /// @notice No submission and no token moves in or out while true; fraud proofs go on.
    bool public paused;

    event RotationProposed(uint64 indexed version, uint64 threshold, address[] signers, uint64 maturesAt);
    event RotationVetoed(uint64 indexed version);
    event SignersChanged(uint64 indexed version, uint64 threshold, address[] signers);
    event GuardianChanged(address guardian);
    event PausedChanged(bool paused);

    error BadSigners();
    error WrongSignerSet(uint64 found, uint64 expected);
    error BadSignature();
    error NothingPending();
    error RotationPending();
    error WrongRotation();
    error NotGuardian();
    error IsPaused();

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert NotGuardian();
        _;
    }

    modifier whileRunning() {
        if (paused) revert IsPaused();
        _;
    }

    constructor(address[] memory signers, uint64 quorum, address guardian_, uint64 delay) {
        activationDelay = delay;
        guardian = guardian_;
        proposedVersion = 1;
        _checkSigners(signers, quorum);
        _setSigners(1, quorum, signers);
    }

    // ---------------------------------------------------------------- guardian

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
    /// @param signatures By a quorum of the set in force, as an epoch's.
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

    /// @dev Exactly `threshold` signatures of 65 bytes, strictly ascending signers: none counts twice.
    /// The library refuses an s in the upper half of the curve's order and the zero address.
    function _checkSignatures(bytes32 digest, bytes calldata signatures) internal view {
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
