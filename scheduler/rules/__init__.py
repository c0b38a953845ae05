"""The rules, in the contract's order."""
