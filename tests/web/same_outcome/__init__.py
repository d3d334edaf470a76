"""A verb has the same outcome by its page and over the API: every row that came of it, whoever's screen it was."""
