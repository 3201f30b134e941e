"""What the user has drift leave out, on purpose and with a reason: pure, before and after the account is asked."""
