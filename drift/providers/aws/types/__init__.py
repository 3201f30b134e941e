"""Amazon Web Services: one module per botocore service."""
