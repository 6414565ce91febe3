"""What a wall or a failure usually means on these sites, and what a person can try: one sentence or two for each kind.

None of it is a way around a wall. Where a site does not let this program in, a person opens the page in a browser,
saves it, and has it kept with `import`.
"""

from __future__ import annotations

_BY_HAND = "save the pages in a browser and keep them with `police-press import`"
_ELSEWHERE = "try from another vantage, best one in China"
_LATER = "Nothing to do for a day: it is asked again on every run"

_ADVICE = {
    # Walls.
    "challenge": f"The site wants a browser to run its script before it shows a page. Wait, or {_ELSEWHERE}; else"
    f" {_BY_HAND}.",
    "waf": "A firewall refuses this address or whoever names itself a crawler, often all visitors from abroad."
    f" {_ELSEWHERE[0].upper()}{_ELSEWHERE[1:]}, or ask the site to let your contact address in; else {_BY_HAND}.",
    "rate_limited": "The site was asked too often, or others at this address asked too often. Wait; raise `delay` in"
    " the site file.",
    "captcha": f"The site wants a person to prove something or to log in, which this program never does: {_BY_HAND}.",
    "maintenance": f"The site says that it is being worked on. {_LATER}; if it lasts, open it in a browser.",
    "shell": "The page is empty until a script fills it. Find the address that the script asks (the browser's network"
    f" tab) and name it as the listing; until then {_BY_HAND}.",
    # Failures.
    "robots_denied": "robots.txt forbids the page, or cannot be read. That is obeyed: look for another list that is"
    f" allowed, ask the site, or {_BY_HAND}.",
    "tls_error": "The server speaks an old TLS or its certificate is wrong. Set `legacy_tls = true` in the site file,"
    " or name the http address in place of https if a browser gets the page there.",
    "dns_error": "The name has no address: a fault of this machine's resolver if every site has it, else the host was"
    f" given up. Look up the name elsewhere; look for the new host and mend the site file; {_ELSEWHERE}.",
    "connection_error": "The server takes no connection or drops it: it is down, or shuts out this address. Wait, try"
    f" http in place of https or the reverse, {_ELSEWHERE}.",
    "timeout": f"No answer in time: the server is slow, or drops what comes from here. Wait, {_ELSEWHERE}.",
    "too_large": "The answer is larger than any list or article: the address leads to a file. Open it in a browser and"
    " mend the listing.",
    "truncated": f"The answer breaks off or is not packed as it says. {_LATER}; if it lasts, {_BY_HAND}.",
    "refused_address": "The address, or one it redirects to, is on a private network or no web address; no request"
    " goes there. Open the page in a browser and mend the listing.",
    "redirect_loop": "The site redirects in a circle, often because it wants a cookie. Try http in place of https or"
    f" the reverse, or the address that a browser ends at; else {_BY_HAND}.",
    "client_error": "The server refuses the request itself. Open the address in a browser and mend the listing where"
    " it is another one now.",
    "server_error": f"The server is broken for now. {_LATER}; if it lasts, open the address in a browser.",
    "moved": "The site or its list is at another address now. Open it in a browser, name the new address in the site"
    " file, and see that `police-press crawl SITE --max-pages 1` reads it; what was archived stays.",
    "extract_failed": "The page came and this program failed on it. Its capture is kept: try `police-press extract` on"
    " the page and report what it says.",
    "no_entries": "The list page came, and no entry was found on it: a redesign, another family, or a list that a"
    " script fills. Run `police-press new-site` on the address and compare, or open it in a browser.",
    # What is there no more.
    "gone": "The list is there no more (404 or 410): the site was rebuilt. Find the column on its home page and name"
    " the new address in the site file; what was archived stays.",
    "soft_404": "The page says that it does not exist, or leads to the home page: the site was rebuilt. Find the"
    " column on its home page and name the new address in the site file; what was archived stays.",
}


def advice(outcome: str) -> str:
    """What this outcome usually means and what to try. Raises KeyError for what is no wall, failure or absence."""
    return _ADVICE[outcome]
