"""French typography: no line begins with a colon or a closing guillemet."""

import re

from agglo.contract.language import language
from agglo.contract.numerals import NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE

_WIDE = re.compile(r" (?=[:»%])|(?<=«) ")
_THIN = re.compile(r" (?=[;?!](?:\s|$))")


def typeset(text: str) -> str:
    """``text`` with the spaces that French does not break; none is added. Other languages are left as they are.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "fr"
    >>> typeset("Quoi : « rien » ?")
    'Quoi\\xa0: «\\xa0rien\\xa0»\\u202f?'
    """
    if language() != "fr":
        return text
    return _THIN.sub(NARROW_NO_BREAK_SPACE, _WIDE.sub(NO_BREAK_SPACE, text))
