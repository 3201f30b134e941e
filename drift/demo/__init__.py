"""A small, tampered shop in an AWS that runs inside this process (moto), and the state Terraform wrote for it."""
