from __future__ import annotations

import pytest

from crawler.extract.places import provinces
from crawler.extract.repost import judge
from crawler.site import Site


def site(name: str, division: str | None = None, kind: str = "police") -> Site:
    return Site("x", name, "X", "https://x.example/", "a test", (), kind=kind, division=division)


GANSU = site("甘肃省公安厅", "620000")
BEIJING = site("北京市公安局", "110000")


@pytest.mark.parametrize(
    ("where", "body", "expected"),
    [
        (GANSU, "甘肃省公安厅政治部宣传处", False),
        (GANSU, "甘肃公安", False),
        (GANSU, "兰州市公安局", False),  # a city's police on its province's site
        (GANSU, "省厅刑侦总队", False),
        (GANSU, "交警支队", False),
        (GANSU, "本站", False),
        (GANSU, "兰州公安网", False),
        (BEIJING, "朝阳分局", False),  # a district of Beijing, not the city in Liaoning
        (BEIJING, "平安北京", False),
        (BEIJING, "首都公安", False),
        (site("某某市公安局"), "某某市公安局交通警察支队", False),
        (GANSU, "甘肃日报", True),
        (GANSU, "成都市公安局", True),
        (GANSU, "四川公安", True),
        (GANSU, "新华社", True),
        (GANSU, "人民公安报", True),
        (GANSU, "中国警察网", True),
        (GANSU, "公安部网站", True),
        (GANSU, "甘肃省人民政府", True),
        (BEIJING, "甘肃省公安厅政治部宣传处", True),
        (site("甘肃省公安厅"), "成都市公安局", True),  # its province is read from its name
        (site("公安部"), "公安部", False),
        (GANSU, None, None),
        (None, "甘肃公安", None),
    ],
)
def test_repost(where: Site | None, body: str | None, expected: bool | None) -> None:
    assert judge(where, None, body) == (expected, body if expected else None)


def test_the_issuer_goes_before_the_source() -> None:
    assert judge(GANSU, "兰州市公安局", "甘肃日报") == (False, None)


def test_on_a_site_of_another_kind_everything_is_a_repost() -> None:
    other = site("快讯网", kind="other")
    assert judge(other, "甘肃省公安厅政治部宣传处", "甘肃公安") == (True, "甘肃公安")
    assert judge(other, None, None) == (True, None)


def test_places() -> None:
    assert provinces("大同市公安局") == {"14"}
    assert provinces("大同区分局") == set()
    assert provinces("海南州公安局") == {"63"}
