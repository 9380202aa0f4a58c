"""Python: parsing, scopes, imports, types, and lowering to the flow graph."""
