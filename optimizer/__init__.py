"""The decision: from a household and a policy to verified, certified orders."""
