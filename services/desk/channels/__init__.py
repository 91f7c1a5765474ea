"""Payment channels: one deposit for a creator, a voucher for each purchase, and the rest back."""
