"""Night flow: what a sector takes when people sleep, and what of it is lost."""
