"""Who changed it, when and how, from the audit log."""
