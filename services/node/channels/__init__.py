"""Payment channels: deposits, vouchers, claims and refunds (x402 batch-settlement)."""
