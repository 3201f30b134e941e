"""What the user leaves out of the report, with a reason. Pure; applied before and after the account is read."""
