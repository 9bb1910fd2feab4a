"""Exchange of inventories of energy and emissions: what a climate officer fills in, receives and must deposit.

:mod:`.template` and :mod:`.filled` are the workbook to fill in and its reading, :mod:`.cae` the identifiers of the
State's platform, :mod:`.pcaet`, :mod:`.gpc` and :mod:`.com` the exports, :mod:`.exchange` what joins them to a
workspace, :mod:`.page` the printed page.
"""
