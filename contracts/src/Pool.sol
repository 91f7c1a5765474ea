// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Books} from "./Books.sol";
import {IEscrow} from "./IEscrow.sol";
import {IPool} from "./IPool.sol";
import {Share} from "./Types.sol";

/// @title The Escrow's pool
/// @notice See IPool.
/// @dev Conserved: what came in is what is free, plus what is set aside, plus what was allocated.
abstract contract Pool is IPool, Books, Ownable2Step {
    using SafeCast for uint256;

    struct PoolAccount {
        uint128 free;
        uint128 reserved;
    }

    /// @dev shares is the hash of what was announced; a round that was carried out keeps it, with readyAt 0.
    struct Proposal {
        bytes32 shares;
        uint128 total;
        uint64 readyAt;
    }

    uint64 private immutable _distributionDelay;

    PoolAccount private _pool;
    mapping(bytes32 round => Proposal) private _proposals;

    constructor(address owner_, uint64 distributionDelay_) Ownable(owner_) {
        _distributionDelay = distributionDelay_;
    }

    /// @inheritdoc IPool
    function proposeDistribution(bytes32 round, Share[] calldata shares) external onlyOwner {
        if (_proposals[round].shares != 0) revert RoundTaken(round);
        uint256 total = _sum(shares);
        if (total == 0 || total > _pool.free) revert PoolTooSmall(total, _pool.free);
        uint64 readyAt = block.timestamp.toUint64() + _distributionDelay;
        _pool = PoolAccount({free: (_pool.free - total).toUint128(), reserved: (_pool.reserved + total).toUint128()});
        _proposals[round] = Proposal({shares: _hash(shares), total: total.toUint128(), readyAt: readyAt});
        emit DistributionProposed(round, total, readyAt, shares);
    }

    /// @inheritdoc IPool
    function cancelDistribution(bytes32 round) external onlyOwner {
        uint128 total = _proposals[round].total;
        if (_proposals[round].readyAt == 0) revert NoSuchProposal(round);
        delete _proposals[round];
        _pool = PoolAccount({free: _pool.free + total, reserved: _pool.reserved - total});
        emit DistributionCanceled(round, total);
    }

    /// @inheritdoc IPool
    function distribute(bytes32 round, Share[] calldata shares) external {
        Proposal memory proposal = _proposals[round];
        if (proposal.readyAt == 0 || proposal.shares != _hash(shares)) revert NoSuchProposal(round);
        if (block.timestamp < proposal.readyAt) revert TooEarly(proposal.readyAt);
        _proposals[round] = Proposal({shares: proposal.shares, total: 0, readyAt: 0});
        _pool.reserved -= proposal.total;
        for (uint256 index = 0; index < shares.length; ++index) {
            address creator = shares[index].creator;
            uint256 amount = shares[index].amount;
            (uint256 creatorShare, uint256 platformShare) = _credit(creator, amount);
            emit Allocated(round, creator, amount, creatorShare, platformShare);
        }
    }

    /// @inheritdoc IPool
    function poolBalance() external view returns (uint256) {
        return _pool.free;
    }

    /// @inheritdoc IPool
    function poolReserved() external view returns (uint256) {
        return _pool.reserved;
    }

    /// @inheritdoc IPool
    function proposals(bytes32 round) external view returns (uint256 total, uint64 readyAt) {
        return (_proposals[round].total, _proposals[round].readyAt);
    }

    /// @inheritdoc IPool
    function distributionDelay() external view returns (uint64) {
        return _distributionDelay;
    }

    /// @notice Refused: the pool needs somebody who allocates it.
    function renounceOwnership() public pure override {
        revert IEscrow.OwnerRequired();
    }

    /// @dev Money of a pass that was just paid.
    function _addToPool(uint256 amount) internal {
        _pool.free += amount.toUint128();
    }

    function _sum(Share[] calldata shares) private view returns (uint256 total) {
        for (uint256 index = 0; index < shares.length; ++index) {
            _requireCreator(shares[index].creator);
            if (shares[index].amount == 0) revert IEscrow.ZeroAmount();
            total += shares[index].amount;
        }
    }

    function _hash(Share[] calldata shares) private pure returns (bytes32) {
        return keccak256(abi.encode(shares));
    }
}
