"""One package a language: parsing, scopes, types, versions and lowering to the flow graph."""
