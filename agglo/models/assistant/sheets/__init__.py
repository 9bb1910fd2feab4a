"""Sheets: short checked texts, each with its source, that the assistant quotes word for word."""
