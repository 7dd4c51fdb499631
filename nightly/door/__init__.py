"""A door for programs: what they may ask, see and propose; never approve or send."""
