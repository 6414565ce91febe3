from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.exports.numbers import NOTES, mask, mask_json
from archive.exports.patterns import PATTERNS

# All invented: nobody who was born in 1888 has an identity card. ⟦…⟧ is what has to be masked.
LABELLED = [
    # identity cards, GB 11643
    "嫌疑人张某（身份证号：⟦629900188801010015⟧）已被刑事拘留。",
    "身份证号⟦62990018880101004X⟧，",
    "身份证号⟦62990018880101012x⟧的持有人",
    "身份证：⟦６２９９００１８８８０１０１００４Ｘ⟧",
    "身份证号码为⟦629900 18880101 0015⟧。",
    "身份证号：⟦629900 1888 0101 0015⟧、⟦6299001888 01010015⟧",
    "身份证号⟦62990018880101004×⟧，长300×宽200×高100毫米",
    "闰年二月⟦629900188802290012⟧",
    "旧身份证⟦629900880101001⟧已停用",
    "⟦629900188801010023⟧,⟦629900188801010031⟧",
    "校验位不符的629900188801010016不是身份证号",
    "没有这一天629900189002290019",
    "没有这个月629900188813010012",
    "没有这个省999900188801010019",
    "没有这个世纪629900178801010016",
    "旧号没有这个月629900881301001",
    "统一社会信用代码91629900MA0000001X",
    "身份证号629900********0015已作处理",
    "身份证号6299001888****0015",
    # telephones
    "联系电话：⟦13900000001⟧",
    "手机⟦139 0000 0001⟧、⟦139-0000-0001⟧、⟦1390-000-0001⟧",
    "手机⟦+86 13900000001⟧或⟦+86-139-0000-0001⟧或⟦008613900000001⟧或⟦8613900000001⟧",
    "手机（⟦（+86）13900000001⟧）",
    "手机⟦１３９０００００００１⟧",
    "手机⟦139 - 0000 - 0001⟧、⟦139.0000.0001⟧、⟦139·0000·0001⟧，服务器139.0.0.1，经度139.00000001",
    "Tel⟦13900000001⟧，QQ同号",
    "TEL:⟦19900000001⟧/⟦19900000002⟧",
    "信箱⟦13900000001⟧@mail.example",
    "负责人王警官⟦17700000001⟧，2026年3月1日",
    "值班电话⟦0931-2000001⟧。",
    "值班电话（⟦0931-2000001⟧）。",
    "值班电话⟦(0931)2000001⟧、⟦（0931）2000001⟧、⟦09312000001⟧、⟦0931 2000001⟧",
    "值班电话⟦010-60000001⟧，⟦021—60000001⟧，⟦+86 931 2000001⟧，⟦+86-10-6000-0001⟧",
    "总机⟦0931-2000001-8001⟧",
    "总机⟦０９３１－２０００００１⟧",
    "举报电话：⟦2000001⟧、⟦2000002⟧",
    "传真为⟦20000001⟧；热线 ⟦2000-0001⟧",
    "举报电话：⟦0931-2000001⟧、⟦2000002⟧",
    "客服⟦400-000-0001⟧、⟦4000000001⟧、⟦800 000 0001⟧、⟦400-0000-001⟧",
    "电　　话：⟦2000001⟧；传 真：⟦20000001⟧",
    "固话⟦2000001⟧，联系方式：⟦2000-0001⟧，Tel: ⟦2000001⟧，Hotel 2000001",
    "举报电话（24小时）：⟦2000001⟧（白天）、⟦2000002⟧（夜间）；⟦2000003⟧",
    "电话为“⟦2000001⟧”；值班电话：\n⟦2000002⟧",
    "热线2024-2025年接听2000000次",
    "请拨打110、12345、96110或者12389",
    "举报电话：110",
    "咨询电话：12345、96110",
    "反诈专线96110接听热线2000000次",
    "手机138****0001、1390000****",
    "手机139****0001，座机0931-****001",
    "一共12345678901元",
    "工程总价13800138000元",
    "工程总价13800138000 元",
    "元旦前打⟦13900000001⟧元旦后也行",
    "电话⟦13900000001⟧元旦不休息",
    "号码139000000012多一位，1390000000少一位",
    # plates, GA 36
    "驾驶⟦甘A00001⟧小型轿车",
    "驾驶⟦甘A·00001⟧、⟦甘A•0000A⟧、⟦甘A 00001⟧、⟦甘A-00001⟧、⟦甘·A00001⟧",
    "新能源⟦甘AD00001⟧，大型⟦甘A00001D⟧",
    "⟦甘Ａ０００Ａ１⟧号",
    "小写⟦甘a0000b⟧号",
    "警车⟦甘A0001警⟧、教练车⟦甘A0001学⟧、挂车⟦甘A0001挂⟧",
    "⟦粤Z·0001港⟧、⟦粤Z0001澳⟧",
    "⟦使000·001⟧、⟦沪A0001领⟧、⟦京·A0001使⟧，使100000人受益，甘A000使",
    "车牌为⟦川A00AA1⟧的货车",
    "应急车⟦甘X·0001应急⟧",
    "已遮挡的甘A·***01、甘A0***1、甘*00001",
    "在G30连霍高速、S2高速和甘G312线",
    "新H1N1流感；新ABCDE公司；云20260301",
    "甘A000012多一位",
    # bank cards
    "卡号⟦6222000000001239⟧",
    "卡号⟦6222 0000 0000 1239⟧",
    "卡号⟦6222-0000-0000-1239⟧",
    "卡号⟦6222000000001234560⟧，户名李某",
    "卡号⟦6222 0000 0000 1234 560⟧",
    "卡号⟦622200000000123454⟧、⟦4000000000001232⟧、⟦9550000000000012349⟧",
    "卡号⟦６２２２００００００００１２３９⟧",
    "共4期：4234 ⟦6222 0000 0000 1239⟧",
    "卡号6222000000001238不合校验",
    "卡号6222****1239",
    "案件编号2026030100000127",
    # what only looks like a number of a person
    "2026年3月1日9时30分05秒，2026-03-01 09:30:05",
    "2026-03-01 2026-03-02 2025-12-31",
    "公通字〔2026〕12号，甘公（2026）0000001号",
    "金额1,234,567.89元，1380013元，1234567890元",
    "坐标36.061389,103.834170，经度103.13900000001",
    "案件编号A62990026000020260300001",
    "甘公网安备62990002000001号，甘ICP备00000001号-1",
    "https://press.example/content/13900000001.html见原文",
    "原文http://press.example/t20260301_13900000001.html，电话⟦13900000002⟧",
    "微信号wx13900000001，QQ：1000000001",
    "摘要sha256:0f13900000001a6299001888010100150f283c6222b634aefe4618b5440113e4",
    "编号550e8400-e29b-41d4-a716-446655440000",
    "第12345678901234567890123456789012345678901号",
    "版本3.11.10，第123条，第1390条第2款",
    "一三九〇〇〇〇〇〇〇一",
    "",
]


@pytest.mark.parametrize("labelled", LABELLED)
def test_what_is_masked_and_what_is_not(labelled: str) -> None:
    wanted = re.sub(r"⟦(.*?)⟧", lambda found: "*" * len(found[1]), labelled)
    assert mask(re.sub("[⟦⟧]", "", labelled)) == (wanted, labelled.count("⟦"))


def test_every_pattern_has_an_example() -> None:
    sentences = [re.sub("[⟦⟧]", "", labelled) for labelled in LABELLED if "⟦" in labelled]
    assert [pattern.name for pattern in PATTERNS if not any(map(pattern.expression.search, sentences))] == []
    assert len({pattern.name for pattern in PATTERNS}) == len(PATTERNS)
    assert all(pattern.description.endswith(".") for pattern in PATTERNS)
    assert all(line.endswith((".", "138****0001.")) for line in NOTES.splitlines())


PLACES = st.sampled_from(["110000", "310115", "629900", "650000", "710000", "820000", "931156"])
DAYS = st.dates(min_value=dt.date(1850, 1, 1), max_value=dt.date(1899, 12, 31))
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
SERIAL = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@st.composite
def identities(draw: st.DrawFn) -> str:
    number = f"{draw(PLACES)}{draw(DAYS):%Y%m%d}{draw(digits(3))}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # as GB 11643 prints them
    rest = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11
    return number + "10X98765432"[rest]


@st.composite
def cards(draw: st.DrawFn) -> str:
    number = draw(st.sampled_from("34569")) + draw(st.integers(14, 17).flatmap(digits))
    return next(card for card in (f"{number}{last}" for last in range(10)) if is_luhn(card))


def is_luhn(card: str) -> bool:
    reverse = [int(digit) for digit in reversed(card)]
    return (sum(reverse[::2]) + sum(2 * digit - (9 if digit > 4 else 0) for digit in reverse[1::2])) % 10 == 0


@st.composite
def telephones(draw: st.DrawFn) -> str:
    blank = draw(st.sampled_from(["", " ", "-", "－"]))
    mobile = blank.join((f"1{draw(st.sampled_from('3456789'))}{draw(digits(1))}", draw(digits(4)), draw(digits(4))))
    area = draw(st.sampled_from(["010", "021", "0931", "（0931）", "(010)", "+86 931 "]))
    fixed = f"{area}{blank}{draw(st.sampled_from('2345678'))}{draw(digits(3))}{blank}{draw(digits(4))}"
    service = blank.join((draw(st.sampled_from(["400", "800"])), draw(digits(3)), draw(digits(4))))
    return draw(st.sampled_from([mobile, f"+86{blank}{mobile}", f"0086{mobile}", fixed, service]))


@st.composite
def plates(draw: st.DrawFn) -> str:
    begin = draw(st.sampled_from(PROVINCES)) + draw(st.sampled_from("ABCDEFGHJK")) + draw(st.sampled_from(["", "·"]))
    letters = draw(st.lists(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ"), max_size=2))
    serial = "".join(draw(st.permutations([*letters, *draw(digits(5 - len(letters)))])))
    green = draw(st.sampled_from("ABCDEFGHJK")) + draw(st.sampled_from(SERIAL)) + draw(digits(4))
    return begin + draw(st.sampled_from([serial, green, f"{draw(digits(4))}警", f"{draw(digits(5))}D"]))


NUMBERS = st.one_of(identities(), cards(), telephones(), plates())
WIDE = str.maketrans({chr(sign): chr(sign + 0xFEE0) for sign in range(ord("0"), ord("Z") + 1)})
AROUND = st.text("民警在现场查获的，。（“：\n、")


@given(AROUND, NUMBERS, st.booleans(), AROUND)
def test_any_number_in_a_text_is_masked_whole(before: str, number: str, is_wide: bool, after: str) -> None:
    shown = number.translate(WIDE) if is_wide else number
    assert mask(f"{before}{shown}{after}") == (f"{before}{'*' * len(shown)}{after}", 1)


PIECES = st.one_of(
    NUMBERS, st.text("012345689甘A警使元次-. ()+*TEL、：/_"), st.sampled_from(["电话：", "热线", "http://a/"])
)


@given(st.lists(PIECES).map("".join))
def test_only_asterisks_come_in_and_masking_again_finds_nothing(text: str) -> None:
    masked, count = mask(text)
    assert len(masked) == len(text)
    assert all(now in (was, "*") for now, was in zip(masked, text, strict=True))
    assert (count == 0) == (masked == text)
    assert mask(masked) == (masked, 0)


@given(st.text(st.characters(exclude_categories=["Nd"])))
def test_a_text_without_digits_stays(text: str) -> None:
    assert mask(text) == (text, 0)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.text('13900000001"\\\n甘：')) | st.integers() | st.none()))
def test_json_stays_json_and_its_strings_are_masked(said: dict[str, list[str] | int | None]) -> None:
    masked, _ = mask_json(json.dumps(said, ensure_ascii=False))
    values = {
        name: [mask(one)[0] for one in value] if isinstance(value, list) else value for name, value in said.items()
    }
    assert json.loads(masked) == values


def test_a_number_after_a_line_end_is_found_in_json() -> None:
    assert mask_json('{"附": "电话\\n13900000001", "数": 13900000002}') == (
        '{"附": "电话\\n***********", "数": 13900000002}',
        1,
    )
    assert mask_json('{"a":1}') == ('{"a":1}', 0)


HOSTILE = [
    "1", "1-", "1 ", "1.", "+86 ", "(0931)", "6222 ", "629900 18880101 ", "13900000001 ", "甘A", "甘·A·", "甘A0000",
    "0", "http://", "www.", "TEL", "电话：：", "电话：*******、", "2000001、", "((+86", "使000·",
    "电　", "电话（", "电话：2000001（白", "1 - ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_as_the_text_does(piece: str) -> None:
    text = "电话：" + piece * (20_000 // len(piece))
    assert calls(lambda: mask(text * 2)) < 2.2 * calls(lambda: mask(text)) + 100


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, a search by one pattern among them; each of these looks at a bounded text."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
