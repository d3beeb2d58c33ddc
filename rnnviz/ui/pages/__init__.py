"""The pages, a package each. No page imports another."""
