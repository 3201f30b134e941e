"""The desired side: what Terraform recorded, and what its authors wrote."""
