"""The first start: what this computer can do, and a wallet: new, restored, or later."""
