"""Accounts, sessions, tokens and the audit log, in a small database of their own.

Names never leave it: everything that is kept elsewhere holds an opaque identifier.
"""
