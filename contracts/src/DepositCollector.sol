// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IDepositCollector} from "./IDepositCollector.sol";
import {IERC3009} from "./IERC3009.sol";

/// @title DepositCollector
/// @notice Brings deposits by ERC-3009: the payer signs ReceiveWithAuthorization to this contract, whose nonce is
/// keccak256(abi.encode(channelId, salt)), so that the money can go into that channel only.
/// @dev collectorData is abi.encode(uint256 validAfter, uint256 validBefore, uint256 salt, bytes signature). Source: the
/// published specification of x402 v2, batch-settlement. For the demo chain and tests, at the standard's address.
contract DepositCollector is IDepositCollector {
    using SafeERC20 for IERC20;

    /// @dev The standard's address of the channels' contract, the same on every chain.
    address private constant SETTLEMENT = 0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003;

    /// @inheritdoc IDepositCollector
    function collect(
        address payer,
        address token,
        uint256 amount,
        bytes32 channelId,
        bytes calldata collectorData
    ) external {
        // Anybody else would strand the payer's money here.
        if (msg.sender != SETTLEMENT) revert NotTheSettlement(msg.sender);
        (uint256 validAfter, uint256 validBefore, uint256 salt, bytes memory signature) =
            abi.decode(collectorData, (uint256, uint256, uint256, bytes));
        bytes32 nonce = keccak256(abi.encode(channelId, salt));
        IERC3009(token).receiveWithAuthorization(
            payer,
            address(this),
            amount,
            validAfter,
            validBefore,
            nonce,
            signature
        );
        IERC20(token).safeTransfer(msg.sender, amount);
    }
}
