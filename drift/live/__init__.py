"""The actual side: what the cloud answers, and what it would not say."""
