"""Who a creator is, as far as a payout needs it: states, an operator's decision, and a record of both."""
