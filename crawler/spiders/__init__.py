"""Where Scrapy looks for spiders; the site files make one each of the one class here."""
