"""The authority's strategy as published, in short form, and what in this portal bears each line out."""
