// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC3009} from "./IERC3009.sol";
import {IEscrow} from "./IEscrow.sol";

/// @title Escrow
/// @notice Where viewers' payments are split and wait for their owners; see IEscrow.
/// @dev Assumes that the token moves exactly the amount it is asked to (USDC takes no transfer fee). Credits follow
/// this contract's own books, never its token balance: money that arrives outside of `pay` belongs to nobody and
/// cannot be withdrawn, and on Arc, where the native coin is the same money, stray dust cannot disturb the books.
contract Escrow is IEscrow, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One storage slot a creator: USDC's whole supply fits in 128 bits many times over.
    struct Account {
        uint128 balance;
        uint128 gross;
    }

    bytes32 private constant PAY_TAG = keccak256("museclock/v1/pay");
    uint256 private constant PLATFORM_DIVISOR = 10;

    IERC20 private immutable _token;
    address private immutable _platformWithdrawAddress;

    mapping(address creator => Account) private _accounts;
    uint256 private _platformBalance;

    /// @param token_ The USDC contract; must speak ERC-3009 with `bytes` signatures.
    /// @param platformWithdrawAddress_ The only address that the platform's share can ever go to.
    constructor(address token_, address platformWithdrawAddress_) {
        if (token_ == address(0) || platformWithdrawAddress_ == address(0)) revert ZeroAddress();
        _token = IERC20(token_);
        _platformWithdrawAddress = platformWithdrawAddress_;
    }

    /// @inheritdoc IEscrow
    function pay(
        Purchase calldata purchase,
        Authorization calldata authorization
    ) external nonReentrant returns (bytes32 nonce) {
        if (purchase.creator == address(0)) revert ZeroAddress();
        _requireChunkRange(purchase.firstChunk, purchase.chunkCount);
        nonce = _paymentNonce(authorization.payer, purchase);
        _collect(authorization, nonce);
        (uint256 creatorShare, uint256 platformShare) = _credit(purchase.creator, authorization.amount);
        emit Paid(
            authorization.payer,
            purchase.creator,
            purchase.contentId,
            purchase.firstChunk,
            purchase.chunkCount,
            authorization.amount,
            creatorShare,
            platformShare,
            nonce
        );
    }

    /// @inheritdoc IEscrow
    function withdrawCreator() external nonReentrant returns (uint256 amount) {
        Account storage account = _accounts[msg.sender];
        amount = account.balance;
        if (amount == 0) revert NothingToWithdraw();
        account.balance = 0;
        emit CreatorWithdrawn(msg.sender, amount);
        _token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IEscrow
    function withdrawPlatform() external nonReentrant returns (uint256 amount) {
        amount = _platformBalance;
        if (amount == 0) revert NothingToWithdraw();
        _platformBalance = 0;
        emit PlatformWithdrawn(_platformWithdrawAddress, amount);
        _token.safeTransfer(_platformWithdrawAddress, amount);
    }

    /// @inheritdoc IEscrow
    function paymentNonce(address payer, Purchase calldata purchase) external view returns (bytes32) {
        return _paymentNonce(payer, purchase);
    }

    /// @inheritdoc IEscrow
    function creatorBalances(address creator) external view returns (uint256) {
        return _accounts[creator].balance;
    }

    /// @inheritdoc IEscrow
    function creatorGross(address creator) external view returns (uint256) {
        return _accounts[creator].gross;
    }

    /// @inheritdoc IEscrow
    function platformBalance() external view returns (uint256) {
        return _platformBalance;
    }

    /// @inheritdoc IEscrow
    function token() external view returns (address) {
        return address(_token);
    }

    /// @inheritdoc IEscrow
    function platformWithdrawAddress() external view returns (address) {
        return _platformWithdrawAddress;
    }

    /// @dev Pull the authorized amount in. The token checks signature, times, nonce, balance, and that we are the payee.
    function _collect(Authorization calldata authorization, bytes32 nonce) private {
        if (authorization.amount == 0) revert ZeroAmount();
        IERC3009(address(_token)).receiveWithAuthorization(
            authorization.payer,
            address(this),
            authorization.amount,
            authorization.validAfter,
            authorization.validBefore,
            nonce,
            authorization.signature
        );
    }

    /// @dev Split by floor((gross + amount) / 10) - floor(gross / 10): the steps add up to floor(lifetime gross / 10).
    function _credit(address creator, uint256 amount) private returns (uint256 creatorShare, uint256 platformShare) {
        Account memory account = _accounts[creator];
        uint256 grossAfter = uint256(account.gross) + amount;
        platformShare = grossAfter / PLATFORM_DIVISOR - account.gross / PLATFORM_DIVISOR;
        creatorShare = amount - platformShare;
        _accounts[creator] = Account({
            balance: (account.balance + creatorShare).toUint128(),
            gross: grossAfter.toUint128()
        });
        // A payment that earns the platform nothing leaves its slot alone.
        if (platformShare != 0) _platformBalance += platformShare;
    }

    function _paymentNonce(address payer, Purchase calldata purchase) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                PAY_TAG,
                block.chainid,
                address(this),
                payer,
                purchase.creator,
                purchase.contentId,
                purchase.firstChunk,
                purchase.chunkCount
            )
        );
    }

    function _requireChunkRange(uint32 firstChunk, uint32 chunkCount) private pure {
        if (chunkCount == 0 || uint256(firstChunk) + chunkCount > type(uint32).max) {
            revert InvalidChunkRange(firstChunk, chunkCount);
        }
    }
}
