"""The Python codemods."""
