"""The pages, one module for each noun; each ends with its ``ROUTES``."""
