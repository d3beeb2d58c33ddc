"""A page to type into: a model in a single HTML file that reads what is typed in the browser, without a server."""
