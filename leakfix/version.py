"""The version of leakfix, read by the build and by ``leakfix --version``."""

__version__ = "0.1.0"
