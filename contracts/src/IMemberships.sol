// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authorization, Quote} from "./Types.sol";

/// @title Memberships: who may sell them, and until when they are paid
/// @notice A price is right when somebody whom the creator appointed has signed it for this very viewer; proration and
/// fare caps are the seller's arithmetic, done before signing. A seller can give a creator's tiers away too cheaply,
/// but can neither take money nor send it elsewhere, and is dismissed by the creator at any time.
interface IMemberships {
    /// @notice A quote's time is over.
    error QuoteExpired(uint64 deadline);
    /// @notice A quote's signer sells for somebody else, or for nobody.
    error NotASeller(address signer, address creator);
    /// @notice The membership is paid at least as long already, or the end is in the past.
    error NotLater(uint64 paidUntil);
    /// @notice The payer authorized another amount than the quoted one.
    error WrongAmount(uint256 quoted, uint256 authorized);

    /// @notice A creator lets somebody sell his tiers.
    event SellerAppointed(address indexed creator, address indexed seller);
    /// @notice Somebody sells for a creator no longer.
    event SellerDismissed(address indexed creator, address indexed seller);
    /// @notice A membership was paid. amount equals creatorShare + platformShare; for the pool, whose money is split
    /// when it is distributed, both are zero.
    event Subscribed(
        address indexed viewer,
        address indexed creator,
        bytes32 indexed tier,
        address payer,
        uint64 until,
        uint256 amount,
        uint256 creatorShare,
        uint256 platformShare,
        bytes32 nonce
    );

    /// @notice Let somebody sell the caller's tiers, or no longer.
    function appointSeller(address seller, bool isAppointed) external;

    /// @notice The same for a creator, by the creator's signature. Anyone may bring it.
    /// @dev The signature is over AppointSeller(address creator,address seller,bool isAppointed,uint256 nonce,uint256
    /// deadline) in this contract's EIP-712 domain, with the nonce that `nonces` gives. Reverts with OrderExpired,
    /// InvalidOrder.
    function appointSellerWithSignature(
        address creator,
        address seller,
        bool isAppointed,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Let somebody sell the pooled pass, or no longer. Only the owner.
    function appointPoolSeller(address seller, bool isAppointed) external;

    /// @notice Pay a membership at a quoted price. Anyone may bring both signatures, and anyone may pay for a viewer.
    /// @dev quoteSignature is over Quote(address viewer,address creator,bytes32 tier,uint256 amount,uint64 until,uint64
    /// deadline) in this contract's EIP-712 domain, by the creator or by a seller of his.
    /// Reverts with SalesPaused, ZeroAddress, ZeroAmount, WrongAmount, QuoteExpired, NotASeller, NotLater, or with the
    /// token's own reason.
    /// @return nonce The authorization's nonce.
    function subscribe(
        Quote calldata quote,
        bytes calldata quoteSignature,
        Authorization calldata authorization
    ) external returns (bytes32 nonce);

    /// @notice Compute the only nonce under which `payer` can pay for the membership of a quote up to its end:
    /// keccak256(abi.encode(keccak256("museclock/v1/subscribe"), chain id, this contract, payer, viewer, creator, tier,
    /// until)). The amount is not in it, so that one period is never paid twice at two prices.
    function subscriptionNonce(address payer, Quote calldata quote) external view returns (bytes32 nonce);

    /// @notice Until when a viewer's membership is paid, in Unix seconds; zero when it never was.
    function paidUntil(address viewer, address creator, bytes32 tier) external view returns (uint64);

    /// @notice Whether somebody may sign quotes for a creator; the creator always may.
    function isSeller(address creator, address seller) external view returns (bool);
}
