"""The command ``museclock-node``: one file for each subcommand, and what they share."""
