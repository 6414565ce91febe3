"""The words that stand before a value in a byline or in a document's table, and the field each of them fills."""

from __future__ import annotations

FIELDS: dict[str, tuple[str, ...]] = {
    "content_source": (
        "来源", "信息来源", "文章来源", "稿件来源", "本文来源", "新闻来源", "内容来源", "文稿来源", "稿源", "消息来源",
    ),
    "issuer": (
        "发布", "发布机构", "发布单位", "发布部门", "发文机关", "发文单位", "信息发布", "发布者", "发布人", "公开机构",
    ),
    "author": (
        "作者", "文章作者", "本文作者", "撰文", "撰稿", "撰稿人", "文/图", "图/文", "文图", "图文", "文字/图片",
    ),
    "editor": ("编辑", "责编", "责任编辑", "网络编辑", "值班编辑", "本期编辑", "文字编辑", "网编"),
    "published": (
        "发布时间", "发布日期", "发表时间", "发表日期", "发稿时间", "发文日期", "公开日期", "时间", "日期", "发布于",
        "公开时间", "发文时间",
    ),
    "updated": ("更新时间", "更新日期", "录入时间", "上传时间", "创建时间", "修改时间", "最后更新"),
    "title": ("标题", "名称", "信息名称", "文件名称"),  # only in metadata tables of official documents
}  # fmt: skip
# Values that a release keeps under their own labels. Seen in saved pages, or named in the guide to government sites.
_KEPT = """
    记者 本报记者 通讯员 本报通讯员 供稿 供稿单位 供稿人 摄影 摄像 供图 图片 视频 制图 文 图 原创
    策划 统筹 监制 主编 编审 审核 审核人 审稿 初审 复审 终审 一审 二审 三审 审签 核稿 监审
    签发 校对 校审 录入 索引号 文号 发文字号 文件编号 主题分类 主题词 体裁分类 组配分类 公开方式
    公开时限 公开范围 公开类别 公开形式 责任部门 服务对象 有效性 效力状态 信息类别 成文日期
    成文时间 生成日期 生效日期 实施日期 废止日期 失效日期 关键词 关键字 所属栏目 栏目 分类 类别
    出处 转载自 原标题 原文链接 信息分类 文章录入 录入人 信息员 回复单位 答复单位 受理单位
"""
# What is read over, so that it ends the value before it: counters and tools.
_PASSED = """
    浏览次数 浏览量 浏览数 浏览 访问量 访问次数 访问数 点击量 点击数 点击次数 点击率 点击 阅读
    阅读量 阅读次数 阅读数 次数 人气 热度 字号 字体 字体大小 字号大小 字体颜色 文字大小 大小
    视力保护色 保护视力色 背景色 分享 分享到 分享至 标签 评论 收藏 点赞 扫一扫 打印 语音播报
"""
KEPT = tuple(_KEPT.split())
PASSED = tuple(_PASSED.split())
OFFICIAL = ("发文机关", "发文单位", "发布机构", "发布单位", "公开机构")  # of a document's table: its source too
WRITTEN = ("成文日期", "成文时间", "生成日期")  # the day on which a document was signed
WRITERS = ("记者", "本报记者", "通讯员", "本报通讯员")  # who wrote, where no 作者 is named
# In traditional script, as a department's edition for readers overseas has them.
_SIMPLIFIED = (
    "于传体关内击划创别务单发号后员围图处复实审对属布废开录态扫护报摄数时机来构标栏气浏点热状监称筹签类组终络统编网范视览"
    "讯记论访评词语读责赞转载辑链键门问间闻阅频题颜"
)
_TRADITIONAL = (
    "於傳體關內擊劃創別務單發號後員圍圖處復實審對屬佈廢開錄態掃護報攝數時機來構標欄氣瀏點熱狀監稱籌簽類組終絡統編網範視覽"
    "訊記論訪評詞語讀責讚轉載輯鏈鍵門問間聞閱頻題顏"
)
SIMPLE = dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True))

FIELD_OF = {label: field for field, labels in FIELDS.items() for label in labels}
ALL = (*FIELD_OF, *KEPT, *PASSED)


def plain(label: str) -> str:
    """A label as it is listed here: without white space (索 引 号), in simplified script."""
    return "".join([SIMPLE.get(character, character) for character in label if not character.isspace()])
