// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What brings deposits into channels
interface IDepositCollector {
    /// @notice Only the channels' contract may ask for money.
    error NotTheSettlement(address caller);

    /// @notice Bring a payer's money to the caller.
    /// @param payer Whose money it is.
    /// @param token Which money.
    /// @param amount How much.
    /// @param channelId What the payer's consent must be for.
    /// @param collectorData The payer's consent, in the collector's own form.
    function collect(
        address payer,
        address token,
        uint256 amount,
        bytes32 channelId,
        bytes calldata collectorData
    ) external;
}
