"""An example account for `drift demo`: a small shop in an AWS that runs inside this process (moto), and its Terraform
state."""
