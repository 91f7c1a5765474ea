// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Share} from "./Types.sol";

/// @title The pooled pass: money that many creators share
/// @notice What viewers pay for the pass waits here. The owner proposes who gets how much; the proposal is public for
/// `distributionDelay` seconds before anyone may carry it out. Money leaves the pool only into creators' accounts, with
/// the usual split, and never more than is there.
interface IPool {
    /// @notice A proposal asks for more than the pool has free, or for nothing.
    error PoolTooSmall(uint256 total, uint256 available);
    /// @notice This round was proposed or distributed already.
    error RoundTaken(bytes32 round);
    /// @notice There is no such proposal, or its shares were others.
    error NoSuchProposal(bytes32 round);
    /// @notice The proposal has to wait until then.
    error TooEarly(uint64 readyAt);

    /// @notice A distribution was announced, and its sum set aside.
    event DistributionProposed(bytes32 indexed round, uint256 total, uint64 readyAt, Share[] shares);
    /// @notice An announced distribution was taken back; its sum is free again.
    event DistributionCanceled(bytes32 indexed round, uint256 total);
    /// @notice A creator got a share; amount equals creatorShare + platformShare.
    event Allocated(
        bytes32 indexed round,
        address indexed creator,
        uint256 amount,
        uint256 creatorShare,
        uint256 platformShare
    );

    /// @notice Announce a distribution and set its sum aside. Only the owner.
    /// @dev Reverts with RoundTaken, ZeroAddress, NotACreator, ZeroAmount, PoolTooSmall.
    /// @param round A name that is used for one distribution only.
    function proposeDistribution(bytes32 round, Share[] calldata shares) external;

    /// @notice Take an announced distribution back. Only the owner.
    /// @dev Reverts with NoSuchProposal.
    function cancelDistribution(bytes32 round) external;

    /// @notice Credit an announced distribution whose time has come. Anyone may call it.
    /// @dev Reverts with NoSuchProposal, TooEarly.
    function distribute(bytes32 round, Share[] calldata shares) external;

    /// @notice What is in the pool and not set aside.
    function poolBalance() external view returns (uint256);

    /// @notice What announced distributions have set aside.
    function poolReserved() external view returns (uint256);

    /// @notice The sum and the earliest time of an announced distribution; zeros when there is none.
    function proposals(bytes32 round) external view returns (uint256 total, uint64 readyAt);

    /// @notice How long a proposal is public before it can be carried out, in seconds.
    function distributionDelay() external view returns (uint64);
}
