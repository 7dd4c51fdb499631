"""Many lives under many methods, in processes, kept as they are done."""
