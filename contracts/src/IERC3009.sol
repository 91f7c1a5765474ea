// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of ERC-3009 that the Escrow relies on
/// @notice Source: ERC-3009 and the `bytes` overload that USDC has had since its version 2.2.
interface IERC3009 {
    /// @notice Move tokens by the holder's signature; only the payee itself may bring it.
    /// @param from Who pays and signed.
    /// @param to Who is paid; must be the caller.
    /// @param value Amount in the token's smallest unit.
    /// @param validAfter The authorization works only after this time (Unix seconds, exclusive).
    /// @param validBefore The authorization works only before this time (Unix seconds, exclusive).
    /// @param nonce Chosen by the signer; works once per signer.
    /// @param signature ECDSA as r, s, v in 65 bytes, or what the signer's contract accepts by ERC-1271.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external;
}
