"""Every row of the contract's tables, in both dialects: what it answers, and each of its named refusals (api-contract.md 3 to 5)."""
