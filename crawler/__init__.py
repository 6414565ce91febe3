"""The crawler knows websites: list pages, article pages, and how to ask for them politely."""
