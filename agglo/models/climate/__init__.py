"""Climate plans: what is emitted, what is promised, what actions bring, and what was achieved.

The models, each in the module of its name: ``inventory``, ``effort``, ``trajectory``, ``sensitivity``, ``ex_post``.
"""
