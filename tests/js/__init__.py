"""Tests of the browser's modules that need no browser: they run on the Node that Playwright's package brings."""
