// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authorization, Purchase} from "./Types.sol";

/// @title Where viewers' payments are split and wait for their owners
/// @notice Of all that is paid to a creator, floor(gross / 10) is the platform's and the rest is the creator's. The
/// floor is taken of the creator's lifetime gross, so the split does not depend on how a sum was cut into payments.
/// The owner can stop new sales, and nothing else: nobody can upgrade, redirect or seize anything, and withdrawals and
/// collections cannot be stopped.
interface IEscrow {
    /// @notice An address that must not be zero is zero.
    error ZeroAddress();
    /// @notice A payment of nothing.
    error ZeroAmount();
    /// @notice The Escrow itself is named where a creator belongs.
    error NotACreator(address account);
    /// @notice A range without chunks, or one that ends beyond the largest chunk number.
    error InvalidChunkRange(uint32 firstChunk, uint32 chunkCount);
    /// @notice The caller has no balance to withdraw.
    error NothingToWithdraw();
    /// @notice A creator's till is empty.
    error NothingToCollect();
    /// @notice A signed order came after its time.
    error OrderExpired(uint256 deadline);
    /// @notice A signed order is not signed by the one whose order it would be, or it was used or overtaken.
    error InvalidOrder(address signer);
    /// @notice The owner stopped new sales.
    error SalesPaused();
    /// @notice Giving the Escrow up would leave the pool without anybody to allocate it.
    error OwnerRequired();

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
    /// @notice What had come into a creator's till was credited; amount equals creatorShare + platformShare.
    event Collected(address indexed creator, uint256 amount, uint256 creatorShare, uint256 platformShare);
    /// @notice A creator's whole balance left to the creator.
    event CreatorWithdrawn(address indexed creator, uint256 amount);
    /// @notice The platform's whole balance left to its fixed address.
    event PlatformWithdrawn(address indexed to, uint256 amount);
    /// @notice New sales stopped.
    event SalesStopped();
    /// @notice New sales go on.
    event SalesResumed();

    /// @notice Pay for one chunk or a range of chunks. Anyone may bring the payer's signature; the money can only go
    /// to the creator and content that the payer signed for.
    /// @dev Reverts with SalesPaused, ZeroAddress, NotACreator, ZeroAmount, InvalidChunkRange, or with the token's own
    /// reason (used or canceled, expired, bad signature, balance, pause, blocklist). A second payment of the same range
    /// by the same payer fails in the token, because its nonce is used.
    /// @return nonce The authorization's nonce.
    function pay(Purchase calldata purchase, Authorization calldata authorization) external returns (bytes32 nonce);

    /// @notice Credit everything that lies in a creator's till, after making the till if it is not there yet. Anyone
    /// may call it.
    /// @dev Reverts with ZeroAddress, NotACreator, NothingToCollect, or with the token's own reason.
    /// @return amount What was collected.
    function collect(address creator) external returns (uint256 amount);

    /// @notice Send the caller's whole creator balance to the caller.
    /// @dev Reverts with NothingToWithdraw, or with the token's own reason.
    /// @return amount What was sent.
    function withdrawCreator() external returns (uint256 amount);

    /// @notice Send a creator's whole balance to the creator, by the creator's signature. Anyone may bring it.
    /// @dev The signature is over WithdrawCreator(address creator,uint256 nonce,uint256 deadline) in this contract's
    /// EIP-712 domain, with the nonce that `nonces` gives; a contract signs by ERC-1271.
    /// Reverts with OrderExpired, InvalidOrder, NothingToWithdraw, or with the token's own reason.
    /// @return amount What was sent.
    function withdrawCreatorWithSignature(
        address creator,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 amount);

    /// @notice Send the platform's whole balance to `platformWithdrawAddress`. Anyone may call it.
    /// @dev Reverts with NothingToWithdraw, or with the token's own reason.
    /// @return amount What was sent.
    function withdrawPlatform() external returns (uint256 amount);

    /// @notice Stop new sales: `pay` and `subscribe`. Only the owner; whatever is owed stays collectable.
    function stopSales() external;

    /// @notice Allow new sales again. Only the owner.
    function resumeSales() external;

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

    /// @notice Where a creator's till is, whether or not it was made already.
    function till(address creator) external view returns (address);

    /// @notice The code that all tills run.
    function tillCode() external view returns (address);

    /// @notice The token that all amounts are in.
    function token() external view returns (address);

    /// @notice Where the platform's share goes, fixed for ever.
    function platformWithdrawAddress() external view returns (address);

    /// @notice Whether new sales are stopped.
    function areSalesStopped() external view returns (bool);
}
