"""What needs a person tonight, told to whoever should know, once."""
