"""What a demo world can be told from outside: its time, its faucet, and going back to an earlier state.

The world that composes it is the only one that has it; nothing in desk or node asks for it.
"""
