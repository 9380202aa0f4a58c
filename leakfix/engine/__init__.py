"""Scan, fix to a fixed point, workers, cache, verification."""
