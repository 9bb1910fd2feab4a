"""Reports: what the runs of a study found, as a page, a workbook or a PDF that need nothing else.

:mod:`.study` writes them: it composes a :class:`.blocks.Document` from chapters, and :mod:`.webpage`, :mod:`.workbook`
and :mod:`.printing` render it. Pieces serve other pages as well: :mod:`.blocks` and its renderings, :mod:`.costs`,
:mod:`.sources`, :mod:`.pdf`.
"""
