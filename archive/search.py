"""Chinese full text: how text is indexed, and what a query means.

Each Han character is a token of its own, and a run of them in a query is a phrase: so every word of two characters is
found, and nothing but what stands in the text. SQLite's own tokenizers find none of these words.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata

# Han with its extensions and compatibility forms, kana, bopomofo and hangul: scripts written without spaces.
_ALONE = re.compile(
    "([\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
)
_NO_WORD = re.compile(r"[\W_]+")
_PIECES = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_NOTHING = '"' + "\u0001" + '"'


def han(text: str | None) -> str:
    """`text` folded (NFKC, lower case), each Han character and each run of letters or digits a token of its own."""
    folded = unicodedata.normalize("NFKC", text or "").lower()
    return _ALONE.sub(r" \1 ", _NO_WORD.sub(" ", folded))


def zh(query: str | None) -> str:
    """An FTS5 expression for what a person typed; it matches nothing where nothing is asked for.

    Words parted by spaces all have to stand in the text; `OR` between two means either; `-word` or `NOT word` means
    without it; "in quotes" is one phrase; a word that ends in `*` may go on.
    """
    groups: list[list[str]] = [[]]
    without: list[str] = []
    negated = joined = False
    for minus, quoted, bare in _PIECES.findall(query or ""):
        if bare == "OR":
            joined = True
            continue
        if bare in ("AND", "NOT"):
            negated = negated or bare == "NOT"
            continue
        negated = negated or bool(minus) or (bare.startswith("-") and len(bare) > 1)
        if phrase := _phrase(quoted or bare, prefix=bare.endswith("*")):
            if negated:
                without.append(phrase)
            elif joined and groups[-1]:
                groups[-1].append(phrase)
            elif groups[-1]:
                groups.append([phrase])
            else:
                groups[-1].append(phrase)
        negated = joined = False
    if not groups[0]:
        return _NOTHING
    wanted = " AND ".join(f"({' OR '.join(group)})" for group in groups)
    return f"({wanted}) NOT ({' OR '.join(without)})" if without else wanted


def _phrase(words: str, *, prefix: bool) -> str:
    tokens = han(words).split()
    return f'"{" ".join(tokens)}"{"*" if prefix else ""}' if tokens else ""


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions `han` and `zh`; without them it can neither read nor write the index."""
    connection.create_function("han", 1, han, deterministic=True)
    connection.create_function("zh", 1, zh, deterministic=True)
