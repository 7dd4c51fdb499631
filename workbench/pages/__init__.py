"""Pages and documents: records in, HTML out; a page has no figure of its own."""
