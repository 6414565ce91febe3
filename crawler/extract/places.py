"""Which province a name speaks of: provinces and their prefectures (GB/T 2260), by the first two digits of the code."""

from __future__ import annotations

import re

# 自治州 and 盟 stand by their short names.
_NAMES = {
    "11": "北京 首都",
    "12": "天津 津门",
    "13": "河北 石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安",
    "14": "山西 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "15": "内蒙古 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善",
    "21": "辽宁 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳市 葫芦岛",
    "22": "吉林 长春 四平 辽源 通化 白山 松原 白城 延边",
    "23": "黑龙江 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    "31": "上海",
    "32": "江苏 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "33": "浙江 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "34": "安徽 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "35": "福建 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "36": "江西 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "37": "山东 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "41": "河南 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源",
    "42": "湖北 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江",
    "43": "湖南 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "44": "广东 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳"
    " 云浮",
    "45": "广西 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "46": "海南省 海口 三亚 三沙 儋州",
    "50": "重庆",
    "51": "四川 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜",
    "52": "贵州 贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南",
    "53": "云南 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆",
    "54": "西藏 拉萨 日喀则 昌都 林芝 山南 那曲 阿里",
    "61": "陕西 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 杨凌",
    "62": "甘肃 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南",
    "63": "青海 西宁 海东 海北 黄南 海南州 果洛 玉树 海西",
    "64": "宁夏 银川 石嘴山 吴忠 固原 中卫",
    "65": "新疆 乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰 石河子",
}
_PLACES = {code: names.split() for code, names in _NAMES.items()}
# A district, a road or a town may bear a place's name; of the regions' short names (广西区公安厅) only a 厅 tells.
_A_PLACE = re.compile("(?!区(?!公安厅)|县|路|街|镇|乡)")
_IN_FULL = re.compile("(?<=[省市盟])|省|市(?!场)|州|盟|地区|(?:壮族|回族|维吾尔)?自治区|公安[厅局]")
# Beneath a city's police, a bare name is a district's or a street's: 河北分局 is Tianjin's, 北京路派出所 anybody's.
_SUBORDINATE = re.compile(r"分局|派出所|[大中]队|警务[站室]")


def provinces(name: str) -> set[str]:
    """The two-digit codes of the provinces that a body's name mentions, by themselves or by one of their cities.

    A subordinate body (分局, 派出所, 大队) speaks only of those it names in full, as 河北省 and 兰州市公安局 do.
    """
    behind = _IN_FULL if _SUBORDINATE.search(name) else _A_PLACE
    return {code for code, places in _PLACES.items() if any(_mentions(name, place, behind) for place in places)}


def _mentions(name: str, place: str, behind: re.Pattern[str]) -> bool:
    """Does a place stand in a body's name, with what tells that it is one behind it?"""
    at = name.find(place)
    while at >= 0 and not behind.match(name, at + len(place)):
        at = name.find(place, at + 1)
    return at >= 0
