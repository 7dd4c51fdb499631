"""The command line: arguments and options, what each command does, and how it says it."""
