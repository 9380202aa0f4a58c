"""Fixes as commits and patch series, made without touching the user's work tree."""
