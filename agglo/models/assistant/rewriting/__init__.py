"""Shortening quotations by a language model of the authority's choice: what it writes is checked, or not shown."""
