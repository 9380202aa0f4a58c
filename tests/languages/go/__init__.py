"""The Go language layer."""
