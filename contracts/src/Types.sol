// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What is bought: chunks firstChunk … firstChunk + chunkCount - 1 of one version of one item.
struct Purchase {
    address creator;
    bytes32 contentId;
    uint32 firstChunk;
    uint32 chunkCount;
}

/// @notice A payer's ERC-3009 authorization to the Escrow. Its nonce is not given but computed from what is bought, so
/// that the signature holds for one purchase only.
struct Authorization {
    address payer;
    uint256 amount;
    uint256 validAfter;
    uint256 validBefore;
    bytes signature;
}

/// @notice A seller's offer of membership: this viewer may have this tier of this creator until then, for this amount.
/// `creator` is the Escrow itself for the pooled pass. Times are Unix seconds; the offer can be taken up to `deadline`.
struct Quote {
    address viewer;
    address creator;
    bytes32 tier;
    uint256 amount;
    uint64 until;
    uint64 deadline;
}

/// @notice One creator's part of the pool, the platform's tenth included.
struct Share {
    address creator;
    uint256 amount;
}
