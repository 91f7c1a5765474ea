"""The nodes that this desk works with besides its own: https addresses, each with a sign-in and a state of its own."""
