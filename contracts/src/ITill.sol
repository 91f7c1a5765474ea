// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A creator's till
/// @notice An address to pay a creator at, by any means. What arrives can only go into the Escrow's books for that
/// creator, who is whoever the Escrow made the till for.
interface ITill {
    /// @notice Only the Escrow empties tills, because only it knows whose they are.
    error NotTheEscrow(address caller);

    /// @notice Send all that is here to the Escrow.
    /// @return amount What was sent; may be zero.
    function empty() external returns (uint256 amount);
}
