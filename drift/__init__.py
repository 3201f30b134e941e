"""Find where a cloud account has moved away from the Terraform that describes it."""

__version__ = "0.1.0"
