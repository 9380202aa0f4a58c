"""The C and C++ codemods."""
