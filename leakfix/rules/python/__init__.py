"""What the Python codemods share: leaks as they are mended, the rule for forgotten releases, and rewriting."""
