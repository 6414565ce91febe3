"""Is a release the department's own, or another's that it passed on?"""

from __future__ import annotations

import re

from crawler.site import Site

_POLICE = re.compile(r"公安|警|派出所|平安|特勤|反诈|[总支大中]队|厅|刑侦|治安|禁毒|政治部|宣传处|新闻办|本[站网]")
_MEDIA = re.compile(
    r"日报|晚报|时报|早报|都市报|商报|法治报|法制报|公安报|警察网|新华|人民网|央视|中新|中国新闻|光明|澎湃|电视台|广播|在线|网$|报$|"
    r"通讯社|融媒|客户端|新闻网|国务院|公安部|政府|最高|检察|法院|司法|司机"
)


def judge(site: Site | None, issuer: str | None, content_source: str | None) -> tuple[bool | None, str | None]:
    """`is_repost` and `repost_of` as the contract defines them; None, None where nothing can be said."""
    name = issuer or content_source
    if site is None:
        return None, None
    if site.kind == "other":
        return True, content_source or issuer
    if name is None:
        return None, None
    return (False, None) if _is_own(site, name) else (True, name)


def _is_own(site: Site, name: str) -> bool:
    return site.name in name or bool(_POLICE.search(name) and not _MEDIA.search(name))
