"""The reasons for which USDC and the Escrow refuse a call, as their contracts put them.

Source: FiatToken 2.2 (USDC on Arc), whose texts MockUSDC shares, and Escrow's custom errors.
"""

from __future__ import annotations

AUTHORIZATION_USED = "FiatTokenV2: authorization is used or canceled"
AUTHORIZATION_EXPIRED = "FiatTokenV2: authorization is expired"
AUTHORIZATION_EARLY = "FiatTokenV2: authorization is not yet valid"
INVALID_SIGNATURE = "FiatTokenV2: invalid signature"
INSUFFICIENT_BALANCE = "ERC20: transfer amount exceeds balance"
BLOCKED = "Blacklistable: account is blacklisted"
PAUSED = "Pausable: paused"
NOTHING_TO_WITHDRAW = "NothingToWithdraw"
