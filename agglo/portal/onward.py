"""Where somebody goes once they have signed in: an address of this portal, whatever was asked."""

from urllib.parse import urlsplit

_LONGEST = 1000


def local(address: str) -> str:
    """``address`` if it is a path of this portal, else nothing.

    >>> [local(one) for one in ("/modeles?q=eau", "https://elsewhere.example/", "//elsewhere.example")]
    ['/modeles?q=eau', '', '']
    """
    plain = address.isprintable() and " " not in address and "\\" not in address and len(address) <= _LONGEST
    if not plain or not address.startswith("/") or address.startswith("//"):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else address
