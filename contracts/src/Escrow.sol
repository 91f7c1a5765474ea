// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Books} from "./Books.sol";
import {IEscrow} from "./IEscrow.sol";
import {ITill} from "./ITill.sol";
import {Memberships} from "./Memberships.sol";
import {Pool} from "./Pool.sol";
import {Till} from "./Till.sol";
import {Authorization, Purchase} from "./Types.sol";

/// @title Escrow
/// @notice Where viewers' payments are split and wait for their owners; see IEscrow, IMemberships and IPool.
/// @dev Assumes that the token moves exactly the amount it is asked to (USDC takes no transfer fee). Credits follow
/// this contract's own books, never its token balance: money that arrives here outside of `pay`, `subscribe` and
/// `collect` belongs to nobody and cannot be withdrawn, and on Arc, where the native coin is the same money, stray dust
/// cannot disturb the books.
contract Escrow is IEscrow, Memberships {
    using SafeERC20 for IERC20;

    bytes32 private constant PAY_TAG = keccak256("museclock/v1/pay");
    bytes32 private constant WITHDRAW_TYPEHASH =
        keccak256("WithdrawCreator(address creator,uint256 nonce,uint256 deadline)");

    address private immutable _platformWithdrawAddress;
    address private immutable _tillCode;

    /// @param token_ The USDC contract; must speak ERC-3009 with `bytes` signatures.
    /// @param platformWithdrawAddress_ The only address that the platform's share can ever go to.
    /// @param owner_ Who may stop sales and allocate the pool.
    /// @param distributionDelay_ How long a distribution is public before it can be carried out, in seconds.
    constructor(
        IERC20 token_,
        address platformWithdrawAddress_,
        address owner_,
        uint64 distributionDelay_
    ) Books(token_) Pool(owner_, distributionDelay_) {
        if (platformWithdrawAddress_ == address(0)) revert ZeroAddress();
        _platformWithdrawAddress = platformWithdrawAddress_;
        _tillCode = address(new Till(token_));
    }

    /// @inheritdoc IEscrow
    function pay(
        Purchase calldata purchase,
        Authorization calldata authorization
    ) external nonReentrant returns (bytes32 nonce) {
        _requireCreator(purchase.creator);
        _requireChunkRange(purchase.firstChunk, purchase.chunkCount);
        nonce = _paymentNonce(authorization.payer, purchase);
        _pull(authorization, nonce);
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
    function collect(address creator) external nonReentrant returns (uint256 amount) {
        _requireCreator(creator);
        address where = till(creator);
        if (where.code.length == 0) Clones.cloneDeterministic(_tillCode, _salt(creator));
        amount = ITill(where).empty();
        if (amount == 0) revert NothingToCollect();
        (uint256 creatorShare, uint256 platformShare) = _credit(creator, amount);
        emit Collected(creator, amount, creatorShare, platformShare);
    }

    /// @inheritdoc IEscrow
    function withdrawCreator() external nonReentrant returns (uint256 amount) {
        return _payOut(msg.sender);
    }

    /// @inheritdoc IEscrow
    function withdrawCreatorWithSignature(
        address creator,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (uint256 amount) {
        bytes32 order = keccak256(abi.encode(WITHDRAW_TYPEHASH, creator, _useNonce(creator), deadline));
        _requireOrder(creator, order, deadline, signature);
        return _payOut(creator);
    }

    /// @inheritdoc IEscrow
    function withdrawPlatform() external nonReentrant returns (uint256 amount) {
        amount = _platform.balance;
        if (amount == 0) revert NothingToWithdraw();
        _platform.balance = 0;
        emit PlatformWithdrawn(_platformWithdrawAddress, amount);
        _token.safeTransfer(_platformWithdrawAddress, amount);
    }

    /// @inheritdoc IEscrow
    function stopSales() external onlyOwner {
        _platform.isStopped = true;
        emit SalesStopped();
    }

    /// @inheritdoc IEscrow
    function resumeSales() external onlyOwner {
        _platform.isStopped = false;
        emit SalesResumed();
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
        return _platform.balance;
    }

    /// @inheritdoc IEscrow
    function tillCode() external view returns (address) {
        return _tillCode;
    }

    /// @inheritdoc IEscrow
    function token() external view returns (address) {
        return address(_token);
    }

    /// @inheritdoc IEscrow
    function platformWithdrawAddress() external view returns (address) {
        return _platformWithdrawAddress;
    }

    /// @inheritdoc IEscrow
    function areSalesStopped() external view returns (bool) {
        return _platform.isStopped;
    }

    /// @inheritdoc IEscrow
    function till(address creator) public view returns (address) {
        return Clones.predictDeterministicAddress(_tillCode, _salt(creator));
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

    function _salt(address creator) private pure returns (bytes32) {
        return bytes32(uint256(uint160(creator)));
    }
}
