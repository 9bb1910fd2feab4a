"""Revisions of the accounts' database, applied by :mod:`agglo.trust.accounts.database`."""
