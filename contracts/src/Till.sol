// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ITill} from "./ITill.sol";

/// @title Till
/// @notice See ITill.
/// @dev The code that clones delegate to. It keeps no storage: what it knows are immutables, which clones share.
contract Till is ITill {
    using SafeERC20 for IERC20;

    address private immutable _escrow;
    IERC20 private immutable _token;

    /// @dev The Escrow makes it, in its own constructor.
    constructor(IERC20 token_) {
        _escrow = msg.sender;
        _token = token_;
    }

    /// @inheritdoc ITill
    function empty() external returns (uint256 amount) {
        if (msg.sender != _escrow) revert NotTheEscrow(msg.sender);
        amount = _token.balanceOf(address(this));
        if (amount != 0) _token.safeTransfer(_escrow, amount);
    }
}
