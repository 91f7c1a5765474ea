// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title A stand-in for USDC on the demo chain and in tests
/// @notice Demo money: it is worth nothing. It checks what USDC checks in ERC-3009, with the same reasons, so that code
/// written against it behaves the same on Arc.
/// @dev It has no immutables and the issuer lies in an ordinary slot, so its code can be placed at USDC's address by a
/// chain's genesis, without running the constructor there.
contract MockUSDC is ERC20 {
    /// @notice keccak256 of the EIP-712 type that `transferWithAuthorization` takes (ERC-3009).
    bytes32 public constant TRANSFER_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    /// @notice keccak256 of the EIP-712 type that `receiveWithAuthorization` takes (ERC-3009).
    bytes32 public constant RECEIVE_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    /// @notice keccak256 of the EIP-712 type that `cancelAuthorization` takes (ERC-3009).
    bytes32 public constant CANCEL_AUTHORIZATION_TYPEHASH =
        keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    address private _issuer;
    bool private _paused;
    mapping(address account => bool) private _blocked;
    mapping(address authorizer => mapping(bytes32 nonce => bool)) private _usedNonces;

    /// @notice An authorization moved its money.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    /// @notice An authorization was canceled before it was used.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);
    /// @notice All transfers and authorizations stopped.
    event Pause();
    /// @notice Transfers and authorizations work again.
    event Unpause();
    /// @notice An account can neither send nor receive any more.
    event Blacklisted(address indexed account);
    /// @notice An account can send and receive again.
    event UnBlacklisted(address indexed account);

    modifier onlyIssuer() {
        require(msg.sender == _issuer, "MockUSDC: caller is not the issuer");
        _;
    }

    /// @param issuer_ Who may mint, pause and block.
    constructor(address issuer_) ERC20("", "") {
        require(issuer_ != address(0), "MockUSDC: issuer is the zero address");
        _issuer = issuer_;
    }

    /// @notice Create money.
    function mint(address to, uint256 amount) external onlyIssuer returns (bool) {
        _mint(to, amount);
        return true;
    }

    /// @notice Stop all movements.
    function pause() external onlyIssuer {
        _paused = true;
        emit Pause();
    }

    /// @notice Allow movements again.
    function unpause() external onlyIssuer {
        _paused = false;
        emit Unpause();
    }

    /// @notice Bar an account from sending and receiving.
    function blacklist(address account) external onlyIssuer {
        _blocked[account] = true;
        emit Blacklisted(account);
    }

    /// @notice Let an account send and receive again.
    function unBlacklist(address account) external onlyIssuer {
        _blocked[account] = false;
        emit UnBlacklisted(account);
    }

    /// @notice Move tokens by the holder's signature (ERC-3009); anyone may bring it. The nonce works once.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public {
        _useAuthorization(from, validAfter, validBefore, nonce);
        _requireSignature(
            from,
            keccak256(
                abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
            ),
            signature
        );
        _transfer(from, to, value);
    }

    /// @notice The same, with the signature in three parts.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    /// @notice Move tokens by the holder's signature (ERC-3009); only the payee may bring it. The nonce works once.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public {
        require(to == msg.sender, "FiatTokenV2: caller must be the payee");
        _useAuthorization(from, validAfter, validBefore, nonce);
        _requireSignature(
            from,
            keccak256(
                abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
            ),
            signature
        );
        _transfer(from, to, value);
    }

    /// @notice The same, with the signature in three parts.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    /// @notice Make an unused authorization worthless, by its signer's signature (ERC-3009).
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) public {
        require(!_paused, "Pausable: paused");
        _requireUnused(authorizer, nonce);
        _usedNonces[authorizer][nonce] = true;
        _requireSignature(
            authorizer,
            keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)),
            signature
        );
        emit AuthorizationCanceled(authorizer, nonce);
    }

    /// @notice The same, with the signature in three parts.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        cancelAuthorization(authorizer, nonce, abi.encodePacked(r, s, v));
    }

    /// @notice Whether a nonce was used or canceled.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool) {
        return _usedNonces[authorizer][nonce];
    }

    /// @notice Whether all movements are stopped.
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @notice Whether an account is barred.
    function isBlacklisted(address account) external view returns (bool) {
        return _blocked[account];
    }

    /// @notice Who may mint, pause and block.
    function issuer() external view returns (address) {
        return _issuer;
    }

    /// @notice The EIP-712 domain's version.
    function version() external pure returns (string memory) {
        return "2";
    }

    /// @notice The EIP-712 domain's name, and the token's.
    function name() public pure override returns (string memory) {
        return "USDC";
    }

    /// @notice The token's symbol.
    function symbol() public pure override returns (string memory) {
        return "USDC";
    }

    /// @notice Six, as USDC has everywhere.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice The EIP-712 domain separator of this token on this chain.
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes("USDC")), keccak256(bytes("2")), block.chainid, address(this))
        );
    }

    /// @dev All movements pass here: pause and blocklist hold for each of them.
    function _update(address from, address to, uint256 value) internal override {
        require(!_paused, "Pausable: paused");
        require(
            !_blocked[from] && !_blocked[to] && !_blocked[msg.sender],
            "Blacklistable: account is blacklisted"
        );
        // Stated as USDC states it, before the base contract would use an error of its own.
        require(from == address(0) || balanceOf(from) >= value, "ERC20: transfer amount exceeds balance");
        super._update(from, to, value);
    }

    function _useAuthorization(address from, uint256 validAfter, uint256 validBefore, bytes32 nonce) private {
        require(block.timestamp > validAfter, "FiatTokenV2: authorization is not yet valid");
        require(block.timestamp < validBefore, "FiatTokenV2: authorization is expired");
        _requireUnused(from, nonce);
        _usedNonces[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);
    }

    function _requireUnused(address authorizer, bytes32 nonce) private view {
        require(!_usedNonces[authorizer][nonce], "FiatTokenV2: authorization is used or canceled");
    }

    /// @dev ECDSA with low s for plain accounts, ERC-1271 for contracts.
    function _requireSignature(address signer, bytes32 structHash, bytes memory signature) private view {
        bytes32 digest = MessageHashUtils.toTypedDataHash(DOMAIN_SEPARATOR(), structHash);
        require(SignatureChecker.isValidSignatureNow(signer, digest, signature), "FiatTokenV2: invalid signature");
    }
}
