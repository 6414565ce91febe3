"""What `make bench` says of a row: whether it holds, and that nothing unmeasured passes for measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)


@pytest.mark.parametrize(
    ("of", "least", "most", "ours", "theirs", "holds"),
    [
        ("ratio", None, 1.25, 12.5, 10, True),
        ("ratio", None, 1.25, 12.6, 10, False),
        ("ratio", 1, 1, 170, 170, True),
        ("ratio", 1, 1, 171, 170, False),
        ("difference", None, 1, 3.0, 2.0, True),
        ("difference", None, 1, 3.1, 2.0, False),
        ("ours", 40, None, 39, None, False),
    ],
)
def test_a_row_holds_where_its_number_is_wanted(
    of: str, least: float | None, most: float | None, ours: float, theirs: float | None, holds: bool
) -> None:
    from table import Row, Wanted  # type: ignore[import-not-found]  # a folder of scripts, not a package

    row = Row("what", "beside", "ms", ours, theirs, Wanted(of, least, most))
    assert row.holds is holds
    assert (row.spent <= 1) is holds


def test_what_was_not_measured_is_said_in_the_table_and_in_the_picture() -> None:
    from picture import picture  # type: ignore[import-not-found]  # as above
    from table import Missing, Row, Wanted, table  # as above

    rows = [Row("one", "other", "s", 2, 1, Wanted("ratio", most=3)), Missing("two", "a peer", "no <peer> here")]
    assert "**not measured: no <peer> here**" in table(rows)
    drawn = etree.fromstring(picture(rows, "Title & more").encode())
    assert "not measured" in "".join(drawn.itertext())


def test_a_ratio_without_another_number_is_an_error() -> None:
    from table import Row, Wanted  # as above

    with pytest.raises(ValueError, match="no ratio"):
        _ = Row("what", "beside", "ms", 1, None, Wanted("ratio", most=1)).holds
