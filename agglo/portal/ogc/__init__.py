"""The open API under ``/ogc``: OGC API Features, Processes and Records."""
