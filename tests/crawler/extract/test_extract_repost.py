from __future__ import annotations

import pytest

from crawler.extract.places import provinces
from crawler.extract.repost import judge
from crawler.site import Site


def site(name: str, division: str | None = None, kind: str = "police") -> Site:
    return Site("x", name, "X", "https://x.example/", "a test", (), kind=kind, division=division)


GANSU = site("甘肃省公安厅", "620000")
BEIJING = site("北京市公安局", "110000")
TIANJIN = site("天津市公安局", "120000")
QINGLING = site("青岭省公安厅")


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
        (TIANJIN, "河北分局", False),  # a district of Tianjin, not the province
        (TIANJIN, "公安河北分局", False),
        (TIANJIN, "河北公安分局", False),
        (TIANJIN, "公安河北区分局", False),
        (TIANJIN, "北京路派出所", False),
        (TIANJIN, "南京路大队", False),
        (TIANJIN, "河北省公安厅", True),
        (TIANJIN, "河北公安", True),
        (TIANJIN, "河北公安厅交警大队", True),
        (TIANJIN, "石家庄市公安局桥西分局", True),
        (TIANJIN, "北京市公安局朝阳分局", True),
        (TIANJIN, "广西壮族自治区公安厅直属分局", True),
        (TIANJIN, "广西区公安厅", True),
        (BEIJING, "大同市场派出所", False),
        (QINGLING, "青岭省教育局", True),
        (QINGLING, "青岭省教育厅宣传处", True),
        (QINGLING, "云川市财政局新闻办", True),
        (QINGLING, "省厅财政处", False),
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
    assert provinces("河北区") == set()
    assert provinces("海南州公安局共和分局") == {"63"}
    assert provinces("辽宁省朝阳市公安局双塔分局") == {"21"}
