"""One sample site for every CMS family and each of its forms: list pages in its exact mark-up, with its traps."""

from __future__ import annotations

from collections.abc import Callable

from crawler.demo.families import aspx, auto, feed, hanweb, html, jiangxi, jpaas, nfcms, ucap, vsb
from crawler.demo.sample_site import SampleSite

__all__ = ["DEPARTMENTS", "Department"]

Department = Callable[[str], SampleSite]
"""Makes a site, given the root that it answers at, without a final slash."""

DEPARTMENTS: tuple[Department, ...] = (
    hanweb.department,
    jpaas.department,
    ucap.department,
    ucap.hidden,
    ucap.ministry,
    nfcms.department,
    jiangxi.department,
    vsb.department,
    aspx.department,
    feed.department,
    html.department,
    auto.department,
)
