// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IEscrow} from "./IEscrow.sol";
import {IMemberships} from "./IMemberships.sol";
import {Pool} from "./Pool.sol";
import {Authorization, Quote} from "./Types.sol";

/// @title The Escrow's memberships
/// @notice See IMemberships.
abstract contract Memberships is IMemberships, Pool {
    bytes32 private constant SUBSCRIBE_TAG = keccak256("museclock/v1/subscribe");
    bytes32 private constant QUOTE_TYPEHASH = keccak256(
        "Quote(address viewer,address creator,bytes32 tier,uint256 amount,uint64 until,uint64 deadline)"
    );
    bytes32 private constant APPOINT_TYPEHASH = keccak256(
        "AppointSeller(address creator,address seller,bool isAppointed,uint256 nonce,uint256 deadline)"
    );

    mapping(address creator => mapping(address seller => bool)) private _sellers;
    mapping(address viewer => mapping(address creator => mapping(bytes32 tier => uint64))) private _paidUntil;

    /// @inheritdoc IMemberships
    function appointSeller(address seller, bool isAppointed) external {
        _appoint(msg.sender, seller, isAppointed);
    }

    /// @inheritdoc IMemberships
    function appointSellerWithSignature(
        address creator,
        address seller,
        bool isAppointed,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 order =
            keccak256(abi.encode(APPOINT_TYPEHASH, creator, seller, isAppointed, _useNonce(creator), deadline));
        _requireOrder(creator, order, deadline, signature);
        _appoint(creator, seller, isAppointed);
    }

    /// @inheritdoc IMemberships
    function appointPoolSeller(address seller, bool isAppointed) external onlyOwner {
        _appoint(address(this), seller, isAppointed);
    }

    /// @inheritdoc IMemberships
    function subscribe(
        Quote calldata quote,
        bytes calldata quoteSignature,
        Authorization calldata authorization
    ) external nonReentrant returns (bytes32 nonce) {
        _requireQuote(quote, quoteSignature);
        if (authorization.amount != quote.amount) revert WrongAmount(quote.amount, authorization.amount);
        nonce = _subscriptionNonce(authorization.payer, quote);
        _paidUntil[quote.viewer][quote.creator][quote.tier] = quote.until;
        _pull(authorization, nonce);
        uint256 creatorShare;
        uint256 platformShare;
        if (quote.creator == address(this)) _addToPool(quote.amount);
        else (creatorShare, platformShare) = _credit(quote.creator, quote.amount);
        emit Subscribed(
            quote.viewer,
            quote.creator,
            quote.tier,
            authorization.payer,
            quote.until,
            quote.amount,
            creatorShare,
            platformShare,
            nonce
        );
    }

    /// @inheritdoc IMemberships
    function subscriptionNonce(address payer, Quote calldata quote) external view returns (bytes32) {
        return _subscriptionNonce(payer, quote);
    }

    /// @inheritdoc IMemberships
    function paidUntil(address viewer, address creator, bytes32 tier) external view returns (uint64) {
        return _paidUntil[viewer][creator][tier];
    }

    /// @inheritdoc IMemberships
    function isSeller(address creator, address seller) external view returns (bool) {
        return _isSeller(creator, seller);
    }

    function _appoint(address creator, address seller, bool isAppointed) private {
        if (seller == address(0)) revert IEscrow.ZeroAddress();
        _sellers[creator][seller] = isAppointed;
        if (isAppointed) emit SellerAppointed(creator, seller);
        else emit SellerDismissed(creator, seller);
    }

    function _requireQuote(Quote calldata quote, bytes calldata signature) private view {
        if (quote.viewer == address(0) || quote.creator == address(0)) revert IEscrow.ZeroAddress();
        if (block.timestamp > quote.deadline) revert QuoteExpired(quote.deadline);
        uint64 paid = _paidUntil[quote.viewer][quote.creator][quote.tier];
        if (quote.until <= paid || quote.until <= block.timestamp) revert NotLater(paid);
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    QUOTE_TYPEHASH,
                    quote.viewer,
                    quote.creator,
                    quote.tier,
                    quote.amount,
                    quote.until,
                    quote.deadline
                )
            )
        );
        (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (!_isSeller(quote.creator, signer)) revert NotASeller(signer, quote.creator);
    }

    function _isSeller(address creator, address seller) private view returns (bool) {
        return seller != address(0) && (seller == creator || _sellers[creator][seller]);
    }

    function _subscriptionNonce(address payer, Quote calldata quote) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                SUBSCRIBE_TAG,
                block.chainid,
                address(this),
                payer,
                quote.viewer,
                quote.creator,
                quote.tier,
                quote.until
            )
        );
    }
}
