// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IChannels} from "./IChannels.sol";
import {IDepositCollector} from "./IDepositCollector.sol";

/// @title Channels
/// @notice See IChannels. For the demo chain and for tests, at the standard's address; on Arc the standard's own,
/// audited contract stands there, and no contract of ours holds viewers' deposits.
/// @dev Without constructor and immutables, so that a chain's genesis can place its code: the EIP-712 domain is computed
/// at each call. Assumes tokens that move exactly what they are asked to; a token that does not can only harm the
/// channels in itself, because balances are never compared across tokens.
contract Channels is IChannels, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev One slot a channel. USDC's whole supply in 104 bits: 20 trillion trillion dollars.
    struct Channel {
        uint104 balance;
        uint104 totalClaimed;
        uint40 refundNonce;
        bool isLeaving;
    }

    /// @dev Both only grow: what waits to be sent is their difference.
    struct Receiver {
        uint128 totalClaimed;
        uint128 totalSettled;
    }

    struct Withdrawal {
        uint128 amount;
        uint40 initiatedAt;
    }

    uint40 private constant MIN_WITHDRAW_DELAY = 15 minutes;
    uint40 private constant MAX_WITHDRAW_DELAY = 30 days;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("x402 Batch Settlement");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant CONFIG_TYPEHASH = keccak256(
        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
    );
    bytes32 private constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
    bytes32 private constant REFUND_TYPEHASH = keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");
    bytes32 private constant ENTRY_TYPEHASH =
        keccak256("ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)");
    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
    );

    mapping(bytes32 channelId => Channel) private _channels;
    mapping(address receiver => mapping(address token => Receiver)) private _receivers;
    mapping(bytes32 channelId => Withdrawal) private _withdrawals;

    /// @inheritdoc IChannels
    function deposit(
        ChannelConfig calldata config,
        uint128 amount,
        address collector,
        bytes calldata collectorData
    ) external nonReentrant {
        _requireConfig(config);
        bytes32 id = _channelId(_domain(), config);
        Channel storage channel = _channels[id];
        uint104 before = channel.balance;
        if (amount == 0 || amount > type(uint104).max - before) revert InvalidAmount();
        uint104 balance = before + uint104(amount);
        if (before == 0 && channel.totalClaimed == 0) emit ChannelCreated(id, config);
        channel.balance = balance;
        emit Deposited(id, amount, balance);
        _bring(config, amount, id, collector, collectorData);
    }

    /// @inheritdoc IChannels
    function claim(VoucherClaim[] calldata voucherClaims) external {
        bytes32 domain = _domain();
        for (uint256 index = 0; index < voucherClaims.length; ++index) {
            _requireReceiver(voucherClaims[index].voucher.channel);
            _claim(domain, _channelId(domain, voucherClaims[index].voucher.channel), voucherClaims[index]);
        }
    }

    /// @inheritdoc IChannels
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external {
        if (voucherClaims.length == 0) revert InvalidBatch();
        bytes32 domain = _domain();
        address authorizer = voucherClaims[0].voucher.channel.receiverAuthorizer;
        (bytes32 digest, bytes32[] memory ids) = _batchDigest(domain, voucherClaims);
        _requireSigned(authorizer, digest, authorizerSignature);
        for (uint256 index = 0; index < voucherClaims.length; ++index) {
            if (voucherClaims[index].voucher.channel.receiverAuthorizer != authorizer) revert InvalidBatch();
            _claim(domain, ids[index], voucherClaims[index]);
        }
    }

    /// @inheritdoc IChannels
    function settle(address receiver, address token) external nonReentrant {
        Receiver storage account = _receivers[receiver][token];
        uint128 amount = account.totalClaimed - account.totalSettled;
        if (amount == 0) return;
        account.totalSettled += amount;
        emit Settled(receiver, token, msg.sender, amount);
        IERC20(token).safeTransfer(receiver, amount);
    }

    /// @inheritdoc IChannels
    function refund(ChannelConfig calldata config, uint128 amount) external nonReentrant {
        _requireReceiver(config);
        _refund(config, _channelId(_domain(), config), amount);
    }

    /// @inheritdoc IChannels
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external nonReentrant {
        bytes32 domain = _domain();
        bytes32 id = _channelId(domain, config);
        uint256 expected = _channels[id].refundNonce;
        if (nonce != expected) revert WrongRefundNonce(expected, nonce);
        bytes32 digest = _refundDigest(domain, id, nonce, amount);
        _requireSigned(config.receiverAuthorizer, digest, receiverAuthorizerSignature);
        _refund(config, id, amount);
    }

    /// @inheritdoc IChannels
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external {
        _requirePayer(config);
        bytes32 id = _channelId(_domain(), config);
        Channel storage channel = _channels[id];
        if (amount == 0) revert InvalidAmount();
        if (channel.isLeaving) revert WithdrawalPending();
        uint128 available = channel.balance - channel.totalClaimed;
        if (amount > available) revert WithdrawalTooLarge(amount, available);
        channel.isLeaving = true;
        _withdrawals[id] = Withdrawal({amount: amount, initiatedAt: uint40(block.timestamp)});
        emit WithdrawInitiated(id, amount, block.timestamp + config.withdrawDelay);
    }

    /// @inheritdoc IChannels
    function finalizeWithdraw(ChannelConfig calldata config) external nonReentrant {
        _requirePayer(config);
        bytes32 id = _channelId(_domain(), config);
        Channel memory channel = _channels[id];
        if (!channel.isLeaving) revert NoWithdrawal();
        Withdrawal memory withdrawal = _withdrawals[id];
        uint256 readyAt = uint256(withdrawal.initiatedAt) + config.withdrawDelay;
        if (block.timestamp < readyAt) revert WithdrawalTooEarly(readyAt);
        uint104 amount = _least(withdrawal.amount, channel.balance - channel.totalClaimed);
        channel.balance -= amount;
        channel.isLeaving = false;
        _channels[id] = channel;
        delete _withdrawals[id];
        emit WithdrawFinalized(id, amount);
        _giveBack(config, id, channel, amount);
    }

    /// @inheritdoc IChannels
    function getChannelId(ChannelConfig calldata config) external view returns (bytes32) {
        return _channelId(_domain(), config);
    }

    /// @inheritdoc IChannels
    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed) {
        return (_channels[channelId].balance, _channels[channelId].totalClaimed);
    }

    /// @inheritdoc IChannels
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt) {
        return (_withdrawals[channelId].amount, _withdrawals[channelId].initiatedAt);
    }

    /// @inheritdoc IChannels
    function receivers(
        address receiver,
        address token
    ) external view returns (uint128 totalClaimed, uint128 totalSettled) {
        return (_receivers[receiver][token].totalClaimed, _receivers[receiver][token].totalSettled);
    }

    /// @inheritdoc IChannels
    function refundNonce(bytes32 channelId) external view returns (uint256) {
        return _channels[channelId].refundNonce;
    }

    /// @inheritdoc IChannels
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32) {
        return _voucherDigest(_domain(), channelId, maxClaimableAmount);
    }

    /// @inheritdoc IChannels
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32) {
        return _refundDigest(_domain(), channelId, nonce, amount);
    }

    /// @inheritdoc IChannels
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32 digest) {
        (digest, ) = _batchDigest(_domain(), voucherClaims);
    }

    /// @inheritdoc IChannels
    function multicall(
        bytes[] calldata data
    ) public override(IChannels, Multicall) returns (bytes[] memory results) {
        return super.multicall(data);
    }

    /// @dev The caller made sure that the receiver's side wants this row.
    function _claim(bytes32 domain, bytes32 id, VoucherClaim calldata row) private {
        ChannelConfig calldata config = row.voucher.channel;
        Channel storage channel = _channels[id];
        uint104 balance = channel.balance;
        uint104 claimed = channel.totalClaimed;
        if (row.totalClaimed > row.voucher.maxClaimableAmount) {
            revert ClaimTooLarge(id, row.totalClaimed, row.voucher.maxClaimableAmount);
        }
        if (row.totalClaimed <= claimed) return;
        if (row.totalClaimed > balance) revert ClaimTooLarge(id, row.totalClaimed, balance);
        _requireVoucher(config, _voucherDigest(domain, id, row.voucher.maxClaimableAmount), row.signature);
        uint128 amount = row.totalClaimed - claimed;
        // Not above the balance, so it fits.
        channel.totalClaimed = uint104(row.totalClaimed);
        _receivers[config.receiver][config.token].totalClaimed += amount;
        emit Claimed(id, amount, row.totalClaimed);
    }

    function _refund(ChannelConfig calldata config, bytes32 id, uint128 wanted) private {
        if (wanted == 0) revert InvalidAmount();
        Channel memory channel = _channels[id];
        channel.refundNonce += 1;
        uint104 amount = _least(wanted, channel.balance - channel.totalClaimed);
        channel.balance -= amount;
        if (channel.isLeaving) channel.isLeaving = _lessen(id, amount);
        _channels[id] = channel;
        if (amount == 0) return;
        emit Refunded(id, amount);
        _giveBack(config, id, channel, amount);
    }

    /// @dev A refund is taken off the withdrawal under way; gives whether something of it is left.
    function _lessen(bytes32 id, uint128 amount) private returns (bool isLeft) {
        Withdrawal storage withdrawal = _withdrawals[id];
        isLeft = withdrawal.amount > amount;
        if (isLeft) withdrawal.amount -= amount;
        else delete _withdrawals[id];
    }

    /// @dev The books are closed already; the payer is the only one to whom a channel gives back.
    function _giveBack(ChannelConfig calldata config, bytes32 id, Channel memory channel, uint128 amount) private {
        if (channel.balance == 0 && channel.totalClaimed == 0) emit ChannelClosed(id, config);
        if (amount != 0) IERC20(config.token).safeTransfer(config.payer, amount);
    }

    /// @dev Anybody can name a collector of his own: only money that is really here counts.
    function _bring(
        ChannelConfig calldata config,
        uint128 amount,
        bytes32 id,
        address collector,
        bytes calldata collectorData
    ) private {
        uint256 before = IERC20(config.token).balanceOf(address(this));
        IDepositCollector(collector).collect(config.payer, config.token, amount, id, collectorData);
        uint256 received = IERC20(config.token).balanceOf(address(this)) - before;
        if (received != amount) revert WrongDeposit(amount, received);
    }

    /// @dev A plain account signs by ECDSA without a look at the chain; without one, the payer itself does, by ERC-1271
    /// where it is a contract.
    function _requireVoucher(ChannelConfig calldata config, bytes32 digest, bytes calldata signature) private view {
        if (config.payerAuthorizer == address(0)) {
            _requireSigned(config.payer, digest, signature);
        } else {
            (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
            if (signer != config.payerAuthorizer) revert InvalidSignature();
        }
    }

    function _requireSigned(address signer, bytes32 digest, bytes calldata signature) private view {
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) revert InvalidSignature();
    }

    function _requireReceiver(ChannelConfig calldata config) private view {
        if (msg.sender != config.receiver && msg.sender != config.receiverAuthorizer) revert NotAllowed(msg.sender);
    }

    function _requirePayer(ChannelConfig calldata config) private view {
        if (msg.sender != config.payer && msg.sender != config.payerAuthorizer) revert NotAllowed(msg.sender);
    }

    /// @dev EIP-712's domain, of this chain and of the address that this code runs at.
    function _domain() private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
    }

    function _batchDigest(
        bytes32 domain,
        VoucherClaim[] calldata rows
    ) private pure returns (bytes32 digest, bytes32[] memory ids) {
        ids = new bytes32[](rows.length);
        bytes32[] memory entries = new bytes32[](rows.length);
        for (uint256 index = 0; index < rows.length; ++index) {
            ids[index] = _channelId(domain, rows[index].voucher.channel);
            entries[index] = keccak256(
                abi.encode(
                    ENTRY_TYPEHASH,
                    ids[index],
                    rows[index].voucher.maxClaimableAmount,
                    rows[index].totalClaimed
                )
            );
        }
        digest = MessageHashUtils.toTypedDataHash(
            domain,
            keccak256(abi.encode(BATCH_TYPEHASH, keccak256(abi.encodePacked(entries))))
        );
    }

    function _channelId(bytes32 domain, ChannelConfig calldata config) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(CONFIG_TYPEHASH, config)));
    }

    function _voucherDigest(bytes32 domain, bytes32 id, uint128 maxClaimable) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(VOUCHER_TYPEHASH, id, maxClaimable)));
    }

    function _refundDigest(bytes32 domain, bytes32 id, uint256 nonce, uint128 amount) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(REFUND_TYPEHASH, id, nonce, amount)));
    }

    function _requireConfig(ChannelConfig calldata config) private pure {
        if (
            config.payer == address(0) ||
            config.receiver == address(0) ||
            config.receiverAuthorizer == address(0) ||
            config.token == address(0) ||
            config.withdrawDelay < MIN_WITHDRAW_DELAY ||
            config.withdrawDelay > MAX_WITHDRAW_DELAY
        ) revert InvalidConfig();
    }

    /// @dev The smaller one; it fits because the second does.
    function _least(uint128 wanted, uint104 available) private pure returns (uint104) {
        return wanted < available ? uint104(wanted) : available;
    }
}
