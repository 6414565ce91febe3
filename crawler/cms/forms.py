"""Addresses that have to be asked for by POST: their form stands in the query, as web archives write it."""

from __future__ import annotations

_MARK = "__wb_method=POST&"


def with_form(url: str, form: str) -> str:
    """The address of what `url` answers to this form, `application/x-www-form-urlencoded`."""
    return f"{url}?{_MARK}{form}"


def form_of(address: str) -> tuple[str, str] | None:
    """The address to ask and the form to send; None for an address that is asked for by GET."""
    url, found, form = address.partition(f"?{_MARK}")
    return (url, form) if found else None
