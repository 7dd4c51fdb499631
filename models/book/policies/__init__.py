"""Policy files: read, held against rules and against one another, and what has no effect told."""
