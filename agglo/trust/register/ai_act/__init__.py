"""Questions of Regulation (EU) 2024/1689, from its scope to obligations and dates. Not legal advice.

The questions, obligations, dates and classes are data (``questions.yaml``, ``obligations.yaml``, ``dates.yaml``,
``classes.yaml``); :mod:`.tree` loads and checks them, :mod:`.walk` goes through them, :mod:`.keeping` keeps the answers
with a card.
"""
