"""The workbench behind a door of its own: who may come in, what they see, what they may change."""
