// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC3009} from "./IERC3009.sol";
import {IEscrow} from "./IEscrow.sol";
import {Authorization} from "./Types.sol";

/// @title The Escrow's books
/// @notice Accounts, the split, and the two ways in which somebody's will arrives: a payer's authorization and a
/// creator's signed order.
abstract contract Books is EIP712, Nonces, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One storage slot a creator: USDC's whole supply fits in 128 bits many times over.
    struct Account {
        uint128 balance;
        uint128 gross;
    }

    /// @dev The switch lies beside the sum, so that a payment reads both by one access.
    struct Platform {
        uint128 balance;
        bool isStopped;
    }

    uint256 private constant PLATFORM_DIVISOR = 10;

    IERC20 internal immutable _token;

    mapping(address creator => Account) internal _accounts;
    Platform internal _platform;

    constructor(IERC20 token_) EIP712("Museclock Escrow", "1") {
        if (address(token_) == address(0)) revert IEscrow.ZeroAddress();
        _token = token_;
    }

    /// @dev Pull the authorized amount in. The token checks signature, times, nonce, balance, and that we are the payee.
    function _pull(Authorization calldata authorization, bytes32 nonce) internal {
        if (_platform.isStopped) revert IEscrow.SalesPaused();
        if (authorization.amount == 0) revert IEscrow.ZeroAmount();
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
    function _credit(address creator, uint256 amount) internal returns (uint256 creatorShare, uint256 platformShare) {
        Account memory account = _accounts[creator];
        uint256 grossAfter = uint256(account.gross) + amount;
        platformShare = grossAfter / PLATFORM_DIVISOR - account.gross / PLATFORM_DIVISOR;
        creatorShare = amount - platformShare;
        _accounts[creator] = Account({
            balance: (account.balance + creatorShare).toUint128(),
            gross: grossAfter.toUint128()
        });
        // A payment that earns the platform nothing leaves its slot alone.
        if (platformShare != 0) _platform.balance += platformShare.toUint128();
    }

    /// @dev Send a creator's whole balance to the creator; there is no other address it could go to.
    function _payOut(address creator) internal returns (uint256 amount) {
        amount = _accounts[creator].balance;
        if (amount == 0) revert IEscrow.NothingToWithdraw();
        _accounts[creator].balance = 0;
        emit IEscrow.CreatorWithdrawn(creator, amount);
        _token.safeTransfer(creator, amount);
    }

    /// @dev Check a creator's order; the caller has put the creator's nonce, which it used up, into structHash.
    function _requireOrder(
        address creator,
        bytes32 structHash,
        uint256 deadline,
        bytes calldata signature
    ) internal view {
        if (block.timestamp > deadline) revert IEscrow.OrderExpired(deadline);
        if (!SignatureChecker.isValidSignatureNowCalldata(creator, _hashTypedDataV4(structHash), signature)) {
            revert IEscrow.InvalidOrder(creator);
        }
    }

    /// @dev A creator is an account of somebody; the Escrow's own address stands for the pool.
    function _requireCreator(address creator) internal view {
        if (creator == address(0)) revert IEscrow.ZeroAddress();
        if (creator == address(this)) revert IEscrow.NotACreator(creator);
    }
}
