"""The Go codemods."""
