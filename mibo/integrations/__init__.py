"""The outside world: small typed clients of those who carry money, messages and meetings; they know only settings."""
