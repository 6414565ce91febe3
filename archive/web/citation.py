"""How a release is cited: in three forms for people, and as metadata for the programs that collect citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from archive.web.pages import is_link, readable

ARCHIVE = "Police press archive"
UNTITLED = "[no title]"
_DAY = 10
# What TeX takes for a command, in a field that is no address.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


@dataclass(frozen=True, slots=True)
class Citation:
    """One release as it is cited: from its row, the capture its text rests on, and its permalink."""

    release: Mapping[str, Any]
    capture: Mapping[str, Any] | None
    permalink: str

    @property
    def title(self) -> str:
        """The title in one line."""
        return _line(self.release["title"]) or UNTITLED

    @property
    def responsible(self) -> str:
        """The body that answers for the text: the issuing one, the source it names, else the site's department."""
        named = (_line(self.release[name]) for name in ("issuer", "content_source", "site_name"))
        return next(filter(None, named), "")

    @property
    def url(self) -> str:
        """The address of the page, with nothing in it that would end it early; empty where it is none."""
        return escaped(self.release["url"])

    @property
    def captured(self) -> str:
        """When the page was captured; empty where that is not known."""
        return self.capture["captured"] if self.capture else ""

    @property
    def published(self) -> str:
        """The day, month or year of publication; empty where none is known."""
        return (self.release["published"] or "")[:_DAY]

    @property
    def gb_t_7714(self) -> str:
        """GB/T 7714—2015, an electronic resource online: [EB/OL], date of publication, date of the capture."""
        published = f"({self.published})" if self.published else ""
        cited = f"[{self.captured[:_DAY]}]" if self.captured else ""
        dates = f" {published}{cited}." if published or cited else ""
        title = "[无题名]" if self.title is UNTITLED else self.title
        url = f" {self.url}." if self.url else ""
        return f"{self.responsible}. {title}[EB/OL].{dates}{url} 存档: {self.permalink}."

    @property
    def sentence(self) -> str:
        """A sentence with the time of the capture and the digest of what came."""
        said = [self.responsible, f"“{self.title}”"]
        said.append(
            f"published {readable(self.release['published'])}" if self.published else "publication date unknown"
        )
        said += [self.url] if self.url else []
        said.append(f"version {self.release['version']} of {self.release['key']} in the {ARCHIVE}")
        said += [f"captured {readable(self.captured)}"] if self.captured else []
        said += [digest] if (digest := self.capture and self.capture["payload_digest"]) else []
        said.append(self.permalink)
        return f"{', '.join(said)}."

    @property
    def bibtex(self) -> str:
        """An entry that BibTeX and biblatex both read."""
        year, _, month = self.published[:7].partition("-")
        fields = {
            "author": f"{{{_tex(self.responsible)}}}",
            "title": f"{{{_tex(self.title)}}}",
            "year": year,
            "month": str(int(month)) if month else "",
            "date": self.published,
            "publisher": _tex(self.release["site_name"]),
            "url": self.url,
            "urldate": self.captured[:_DAY],
            "note": _tex(f"{ARCHIVE}, {self.permalink}, {self.provenance}"),
            "langid": "chinese",
        }
        said = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        return f"@misc{{{self.release['key']},\n{said}}}\n"

    @property
    def provenance(self) -> str:
        """The capture and its digest in a few words."""
        captured = f"captured {readable(self.captured)}" if self.captured else "time of capture unknown"
        digest = (self.capture and self.capture["payload_digest"]) or "digest unknown"
        return f"version {self.release['version']}, {captured}, {digest}"

    @property
    def tags(self) -> list[tuple[str, str]]:
        """Names and contents of meta elements.

        Zotero's translator "Embedded Metadata" takes a page with `citation_title` for a journal article unless
        `z:itemType` says what it is (its source, `init`); a press release has no type of its own there.
        """
        tags = [
            ("z:itemType", "webpage"),
            ("citation_title", self.title),
            ("citation_author", self.responsible),
            ("citation_publication_date", self.published.replace("-", "/")),
            ("citation_online_date", self.published.replace("-", "/")),
            ("citation_publisher", _line(self.release["site_name"])),
            ("citation_language", "zh-CN"),
            ("citation_public_url", self.permalink),
            ("citation_fulltext_html_url", self.permalink),
            ("citation_abstract", f"{self.url or 'address unknown'}; {self.provenance}"),
            ("og:site_name", _line(self.release["site_name"])),
            ("og:title", self.title),
            ("og:url", self.permalink),
        ]
        return [(name, content) for name, content in tags if content]

    @property
    def json_ld(self) -> dict[str, Any]:
        """The release as schema.org has it; times only as precise as they are known."""
        release = self.release
        said = {
            "@context": "https://schema.org",
            "@type": "NewsArticle" if release["body_kind"] == "text" else "CreativeWork",
            "headline": self.title,
            "alternativeHeadline": _line(release.get("subtitle")),
            "inLanguage": "zh-Hans",
            "datePublished": release["published"],
            "author": {"@type": "Organization", "name": self.responsible},
            "editor": release["editor"] and {"@type": "Person", "name": _line(release["editor"])},
            "publisher": {
                "@type": "GovernmentOrganization" if release["site_kind"] == "police" else "Organization",
                "name": _line(release["site_name"]),
            },
            "identifier": release["key"],
            "url": self.permalink,
            "isBasedOn": self.url,
            "archivedAt": self.permalink,
            "version": str(release["version"]),
        }
        return {name: value for name, value in said.items() if value}


def escaped(url: object) -> str:
    """An http(s) address with every character escaped that RFC 3986 has not; empty for what is no such address."""
    return quote(url, safe="%!$&'()*+,;=:@/?#-._~") if isinstance(url, str) and is_link(url) else ""


def _line(text: object) -> str:
    """Text in one line, without characters that cannot be seen to be there."""
    return " ".join("".join(one if one.isprintable() else " " for one in str(text or "")).split())


def _tex(text: object) -> str:
    return _line(text).translate(_TEX)
