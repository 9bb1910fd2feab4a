"""A sheet: a short text that somebody checked, with where it comes from and until when it may be trusted."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the assistant may quote.

    Parameters
    ----------
    id
        Unique within a library: small letters, digits and hyphens.
    title
        What the sheet is about, as a question or a noun.
    text
        The text, in the subset of Markdown that the assistant shows: paragraphs, ``## headings``, ``- items`` and
        ``[words](address)``. Anything else is text like any other.
    source
        Who says so, in words.
    address
        Where the source stands; empty where there is no page.
    checked
        When somebody last compared the text with its source; None where nobody said.
    review_due
        When it must be compared again; None where nobody said.
    licence
        Of the text, as the source names it.
    territory
        Code of the commune or territory that it is true of; empty: everywhere.
    questions
        How people ask for it, in their own words.
    theme
        One word or two for counting.
    made
        Whether a program made it from what agglo keeps, rather than a person.
    """

    id: str
    title: str
    text: str
    source: str
    address: str = ""
    checked: date | None = None
    review_due: date | None = None
    licence: str = ""
    territory: str = ""
    questions: tuple[str, ...] = ()
    theme: str = ""
    made: bool = False

    def is_stale(self, today: date) -> bool:
        """Whether its review is overdue; so it is of a sheet that nobody dated, unless a program made it: such a sheet
        is made anew from what is kept whenever that changes."""
        if self.review_due is not None:
            return self.review_due < today
        return self.checked is None and not self.made


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands in a sheet: the number of its block, and its own in the block, both from 0."""

    block: int
    sentence: int
