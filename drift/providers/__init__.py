"""The clouds drift comes with; each is reached through the contract of `drift.provider` alone."""
