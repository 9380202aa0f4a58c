"""Go from tree-sitter, without a build."""
