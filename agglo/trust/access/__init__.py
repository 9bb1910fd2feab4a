"""Who may do what: people, rights, roles, grants, visibility, and what each person may read.

The command line and the portal call the same functions of this folder.
"""
