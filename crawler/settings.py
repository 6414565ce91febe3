"""Scrapy's settings: politeness, safety and our own parts; nothing about any one site. Each says why it is there."""

from __future__ import annotations

import os
from importlib.metadata import version

BOT_NAME = "police-press-archive"
SPIDER_MODULES = ["crawler.spiders"]
SPIDER_LOADER_CLASS = "crawler.spiderloader.SiteFileLoader"  # one spider a site file
SCHEDULER = "crawler.scheduler.FrontierScheduler"  # the frontier in SQLite decides, and outlives the process

# Who we are. The address is a placeholder under a reserved name until whoever runs this names their own.
CONTACT = os.environ.get("POLICE_PRESS_CONTACT") or "https://police-press-archive.example/"
USER_AGENT = f"police-press-archive/{version('police-press-archive')} (+{CONTACT})"

# Politeness. A site file may lengthen or shorten the delay; robots.txt's Crawl-delay only lengthens it.
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "police-press-archive"
DOWNLOAD_DELAY = 3.0
DOWNLOAD_DELAY_JITTER = 0.0  # the default would also halve the delay that a site asked for
CONCURRENT_REQUESTS = 1  # each site has a crawler of its own: one request at a time
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1  # an answer is one item, and Scrapy makes this many tasks for each answer
RETRY_TIMES = 1  # a dropped connection is asked for once more; all else waits for a later run
RETRY_HTTP_CODES: list[int] = []  # an error page is an answer: it is kept, and asked for again when it is due
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # it is in the archive and in the run's own lines
REDIRECT_MAX_TIMES = 10
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
}

# Safety. Everything fetched is hostile.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
ATTACHMENT_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0  # the cap is the warning
EXTRACT_SECONDS = 10.0  # ours: how long one page may be read; a slow machine needs more
METAREFRESH_ENABLED = False  # a page that sends its reader elsewhere is kept as what it is
TELNETCONSOLE_ENABLED = False  # both of these are on by default and run code for whoever reaches them
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.guard.GuardedHandler",  # no request leaves for a private network
    "https": "crawler.guard.GuardedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # the default one knows no IPv6

# What is switched off here and below has nothing to do in this crawl, and was asked about every answer all the same.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # a spider without `allowed_domains` goes anywhere
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no site has a password
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,  # `captures` has what it counts
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.Robots": 100,
    # Decoding stands below redirects here, so that each hop is kept with its decoded body.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.AnswerKept": 610,
    "crawler.conditional.Conditional": 605,  # nearer to us than what takes the answer down as it came
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # nothing to start with
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # what an answer is, its body says too
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # the spider yields no requests
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # as above
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # as above
}
ITEM_PIPELINES = {"crawler.pipelines.Keep": 100}
EXTENSIONS = {"crawler.extensions.CrawlRun": 0}
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the spider's source again for every answer: 1.3 ms of CPU a page
LOG_FORMATTER = "crawler.extensions.QuietFormatter"  # items hold whole pages: they are named in the log, not printed
