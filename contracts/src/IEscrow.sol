// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Where viewers' payments are split and wait for their owners
/// @notice Of all that is paid to a creator, floor(gross / 10) is the platform's and the rest is the creator's. The
/// floor is taken of the creator's lifetime gross, so the split does not depend on how a sum was cut into payments.
/// Nobody can pause, upgrade, redirect or seize anything here.
interface IEscrow {
    /// @notice What is bought: chunks firstChunk … firstChunk + chunkCount - 1 of one version of one item.
    struct Purchase {
        address creator;
        bytes32 contentId;
        uint32 firstChunk;
        uint32 chunkCount;
    }

    /// @notice A payer's ERC-3009 authorization to this contract. Its nonce is not given but computed by
    /// `paymentNonce`, so that the signature holds for one purchase only.
    struct Authorization {
        address payer;
        uint256 amount;
        uint256 validAfter;
        uint256 validBefore;
        bytes signature;
    }

    /// @notice An address that must not be zero is zero.
    error ZeroAddress();
    /// @notice A payment of nothing.
    error ZeroAmount();
    /// @notice A range without chunks, or one that ends beyond the largest chunk number.
    error InvalidChunkRange(uint32 firstChunk, uint32 chunkCount);
    /// @notice The caller has no balance to withdraw.
    error NothingToWithdraw();

    /// @notice A payer paid for chunks; both shares were credited.
    /// @param amount What was paid; equals creatorShare + platformShare.
    /// @param nonce The authorization's nonce, as `paymentNonce` computes it.
    event Paid(
        address indexed payer,
        address indexed creator,
        bytes32 indexed contentId,
        uint32 firstChunk,
        uint32 chunkCount,
        uint256 amount,
        uint256 creatorShare,
        uint256 platformShare,
        bytes32 nonce
    );
    /// @notice A creator's whole balance left to the creator.
    event CreatorWithdrawn(address indexed creator, uint256 amount);
    /// @notice The platform's whole balance left to its fixed address.
    event PlatformWithdrawn(address indexed to, uint256 amount);

    /// @notice Pay for one chunk or a range of chunks. Anyone may bring the payer's signature; the money can only go
    /// to the creator and content that the payer signed for.
    /// @dev Reverts with ZeroAddress, ZeroAmount, InvalidChunkRange, or with the token's own reason (used or canceled,
    /// expired, bad signature, balance, pause, blocklist). A second payment of the same range by the same payer fails
    /// in the token, because its nonce is used.
    /// @return nonce The authorization's nonce.
    function pay(Purchase calldata purchase, Authorization calldata authorization) external returns (bytes32 nonce);

    /// @notice Send the caller's whole creator balance to the caller.
    /// @dev Reverts with NothingToWithdraw, or with the token's own reason.
    /// @return amount What was sent.
    function withdrawCreator() external returns (uint256 amount);

    /// @notice Send the platform's whole balance to `platformWithdrawAddress`. Anyone may call it.
    /// @dev Reverts with NothingToWithdraw, or with the token's own reason.
    /// @return amount What was sent.
    function withdrawPlatform() external returns (uint256 amount);

    /// @notice Compute the only nonce under which `payer` can pay for `purchase`:
    /// keccak256(abi.encode(keccak256("museclock/v1/pay"), chain id, this contract, payer, creator, contentId,
    /// firstChunk, chunkCount)).
    function paymentNonce(address payer, Purchase calldata purchase) external view returns (bytes32 nonce);

    /// @notice What a creator can withdraw now.
    function creatorBalances(address creator) external view returns (uint256 amount);

    /// @notice All that was ever paid to a creator, the platform's share included.
    function creatorGross(address creator) external view returns (uint256 amount);

    /// @notice What the platform can withdraw now.
    function platformBalance() external view returns (uint256 amount);

    /// @notice The token that all amounts are in.
    function token() external view returns (address);

    /// @notice Where the platform's share goes, fixed for ever.
    function platformWithdrawAddress() external view returns (address);
}
