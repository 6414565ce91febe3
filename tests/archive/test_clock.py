"""The one clock: frozen by $POLICE_PRESS_NOW, in Shanghai's time, written so that texts sort as times."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import clock

MOMENTS = st.datetimes(
    dt.datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    dt.datetime(2100, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([dt.UTC, clock.SHANGHAI, dt.timezone(dt.timedelta(hours=-8))]),
).map(lambda moment: moment.replace(microsecond=0))


def test_now_is_now_to_the_second_in_shanghai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.VARIABLE, raising=False)
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    now = clock.now()
    assert before <= now <= dt.datetime.now(dt.UTC)
    assert (now.microsecond, now.utcoffset()) == (0, dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("frozen", "text"),
    [
        ("2026-03-02T10:00:00+08:00", "2026-03-02T10:00:00+08:00"),
        ("2026-03-02T02:00:00Z", "2026-03-02T10:00:00+08:00"),
        ("2026-03-01T18:30:00.75-08:00", "2026-03-02T10:30:00+08:00"),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00+08:00"),
        ("2026-03-02", "2026-03-02T00:00:00+08:00"),
    ],
)
def test_a_frozen_clock(monkeypatch: pytest.MonkeyPatch, frozen: str, text: str) -> None:
    monkeypatch.setenv(clock.VARIABLE, frozen)
    assert clock.iso(clock.now()) == text


def test_a_clock_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, "yesterday")
    with pytest.raises(ValueError, match=r"\$POLICE_PRESS_NOW has to be ISO 8601.*not 'yesterday'"):
        clock.now()


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_written_times_sort_as_times(one: dt.datetime, other: dt.datetime) -> None:
    written = clock.iso(one)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", written)
    assert dt.datetime.fromisoformat(written) == one
    assert (written < clock.iso(other)) is (one < other)
