"""Is a release the department's own, or another's that it passed on?"""

from __future__ import annotations

import re

from crawler.extract.places import provinces
from crawler.site import Site

_POLICE = re.compile(
    r"公安|警|派出所|分局|[总支大中]队|反诈|政治部|宣传[处科]|新闻(?:办|中心|发言人)|指挥中心|"
    r"平安|(?:^|[省市县区州旗本])[厅局]|^本[站网局厅]|^原创$"
)
_OTHERS = re.compile(
    r"公安部|国务院|政府|党委|政法委|检察|法院|司法|"
    r"(?:教育|财政|民政|审计|统计|商务|文化|旅游|体育|卫生|健康|农业|农村|水利|林业|气象|税务|交通运输|生态环境|自然资源|"
    r"建设|社会保障|应急管理|市场监督管理|退役军人事务)[部厅局委]|人大|政协|纪委|新华|人民网|央视|央广|中新|光明|澎湃|人民公安|中国警察|"
    r"中国新闻|电视|广播|融媒|客户端|(?:报|网|社|台|在线|周刊|频道)(?:社|网|讯)?$"
)


def judge(site: Site | None, issuer: str | None, content_source: str | None) -> tuple[bool | None, str | None]:
    """`is_repost` and `repost_of` as the contract defines them; None, None where nothing can be said.

    The issuing body is the issuer, else the source. It is the department's own if it bears the department's name, or
    is a police body and neither names another province nor is the ministry, a newspaper or another authority.
    """
    if site is None:
        return None, None
    if site.kind == "other":
        return True, content_source or issuer
    name = issuer or content_source
    if name is None:
        return None, None
    return (False, None) if _is_own(site, name) else (True, name)


def _is_own(site: Site, name: str) -> bool:
    if site.name in name or (site.english and site.english.lower() in name.lower()):
        return True
    here = {site.division[:2]} if site.division else provinces(site.name)
    there = provinces(name)
    if there and here and not there & here:
        return False
    if there & here and "公安" in name and not name.endswith("报"):
        return True
    return bool(_POLICE.search(name)) and not _OTHERS.search(name)
