"""What people see and what programs read: pages, map and the OGC API, two renderings of the same functions."""
