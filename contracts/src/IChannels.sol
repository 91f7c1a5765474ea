// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title One-way payment channels, with the interface of the x402 scheme `batch-settlement`
/// @notice A payer deposits once and signs one growing total after the other; the receiver claims the latest whenever
/// it likes, for many channels at once, and what is claimed goes to the receiver by one transfer. What was not claimed
/// goes back: at once when the receiver's side agrees, else after `withdrawDelay`.
/// Source: the published specification and interface of x402 v2, scheme batch-settlement on EVM chains. Calls, signed
/// types, views and the events ChannelCreated, ChannelClosed and Settled are the standard's; errors and the other
/// events are ours.
interface IChannels {
    /// @notice What a channel is, for ever; its EIP-712 hash in this contract's domain is the channel's id.
    struct ChannelConfig {
        address payer;
        address payerAuthorizer;
        address receiver;
        address receiverAuthorizer;
        address token;
        uint40 withdrawDelay;
        bytes32 salt;
    }

    /// @notice A payer's word for a channel: the receiver may claim this much in all.
    struct Voucher {
        ChannelConfig channel;
        uint128 maxClaimableAmount;
    }

    /// @notice What the receiver's side asks for: totalClaimed is the new total, at most what the voucher allows.
    struct VoucherClaim {
        Voucher voucher;
        bytes signature;
        uint128 totalClaimed;
    }

    /// @notice A channel lacks a party or a token, or its delay is out of range.
    error InvalidConfig();
    /// @notice An amount is zero, or beyond what a channel can hold.
    error InvalidAmount();
    /// @notice The collector did not bring the amount.
    error WrongDeposit(uint256 expected, uint256 received);
    /// @notice The caller may not do this with this channel.
    error NotAllowed(address caller);
    /// @notice A batch without rows, or with rows of several authorizers.
    error InvalidBatch();
    /// @notice A claim goes beyond its voucher or beyond the channel's balance.
    error ClaimTooLarge(bytes32 channelId, uint128 totalClaimed, uint128 limit);
    /// @notice A signature is not by the one who has to sign.
    error InvalidSignature();
    /// @notice A signed refund was used already, or is not next.
    error WrongRefundNonce(uint256 expected, uint256 given);
    /// @notice The payer asks for more than was not claimed.
    error WithdrawalTooLarge(uint128 amount, uint128 available);
    /// @notice A withdrawal is under way already.
    error WithdrawalPending();
    /// @notice No withdrawal is under way.
    error NoWithdrawal();
    /// @notice The withdrawal has to wait until then.
    error WithdrawalTooEarly(uint256 readyAt);

    /// @notice A channel has its first money, or money again after it had none and nothing was ever claimed.
    event ChannelCreated(bytes32 indexed channelId, ChannelConfig config);
    /// @notice Everything went back to the payer and nothing was ever claimed.
    event ChannelClosed(bytes32 indexed channelId, ChannelConfig config);
    /// @notice A payer deposited.
    event Deposited(bytes32 indexed channelId, uint128 amount, uint128 balance);
    /// @notice A channel's claimed total grew.
    event Claimed(bytes32 indexed channelId, uint128 amount, uint128 totalClaimed);
    /// @notice Claimed money went to its receiver.
    event Settled(address indexed receiver, address indexed token, address indexed sender, uint128 amount);
    /// @notice The receiver's side gave money back.
    event Refunded(bytes32 indexed channelId, uint128 amount);
    /// @notice The payer asked for money back; vouchers can be claimed until `readyAt`.
    event WithdrawInitiated(bytes32 indexed channelId, uint128 amount, uint256 readyAt);
    /// @notice The payer took money back.
    event WithdrawFinalized(bytes32 indexed channelId, uint128 amount);

    /// @notice Run several calls of this contract in one transaction: all of them, or none.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);

    /// @notice Put money into a channel, which begins to exist by it. Anyone may call it; the collector brings the
    /// payer's consent.
    /// @dev Reverts with InvalidConfig, InvalidAmount, WrongDeposit, or with the collector's or token's reason.
    function deposit(
        ChannelConfig calldata config,
        uint128 amount,
        address collector,
        bytes calldata collectorData
    ) external;

    /// @notice Claim by vouchers. Only receiver or receiverAuthorizer of every row. A row that is not above what was
    /// claimed before does nothing, so that a batch can be sent again.
    /// @dev Reverts with NotAllowed, ClaimTooLarge, InvalidSignature.
    function claim(VoucherClaim[] calldata voucherClaims) external;

    /// @notice The same by anyone, with the signature of the receiverAuthorizer that all rows share over
    /// ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed).
    /// @dev Reverts with InvalidBatch, InvalidSignature, ClaimTooLarge.
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external;

    /// @notice Send everything claimed and not yet sent to a receiver. Anyone may call it; does nothing when there is
    /// nothing.
    function settle(address receiver, address token) external;

    /// @notice Give up to `amount` of what was not claimed back to the payer. Only receiver or receiverAuthorizer.
    /// @dev Reverts with NotAllowed, InvalidAmount. The refund nonce advances even when nothing is left to give.
    function refund(ChannelConfig calldata config, uint128 amount) external;

    /// @notice The same by anyone, with the receiverAuthorizer's signature over
    /// Refund(bytes32 channelId,uint256 nonce,uint128 amount).
    /// @dev Reverts with InvalidAmount, WrongRefundNonce, InvalidSignature.
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external;

    /// @notice Ask for unclaimed money back. Only payer or payerAuthorizer.
    /// @dev Reverts with NotAllowed, InvalidAmount, WithdrawalPending, WithdrawalTooLarge.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external;

    /// @notice Take it after the delay, as far as it was not claimed meanwhile. Only payer or payerAuthorizer.
    /// @dev Reverts with NotAllowed, NoWithdrawal, WithdrawalTooEarly.
    function finalizeWithdraw(ChannelConfig calldata config) external;

    /// @notice The id of a channel on this chain and contract.
    function getChannelId(ChannelConfig calldata config) external view returns (bytes32);

    /// @notice What was deposited less what went back, and how much of it was claimed.
    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed);

    /// @notice The withdrawal under way; zeros when there is none.
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt);

    /// @notice What was ever claimed for a receiver and what of it was sent.
    function receivers(
        address receiver,
        address token
    ) external view returns (uint128 totalClaimed, uint128 totalSettled);

    /// @notice The nonce that the next signed refund must carry.
    function refundNonce(bytes32 channelId) external view returns (uint256);

    /// @notice What a payer signs.
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32);

    /// @notice What a receiverAuthorizer signs for a refund.
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32);

    /// @notice What a receiverAuthorizer signs for claims.
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32);
}
