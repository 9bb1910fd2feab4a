"""Towards the citizens' assistant: quotations of checked sheets, never a text of its own.

``sheets`` what may be quoted, and what is quoted of it; ``retrieval`` which sheet a question is about; ``rewriting``
the check of a shortened text.
"""
