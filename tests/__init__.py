"""The tests of leakfix."""
