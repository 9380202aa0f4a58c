"""Language-neutral detectors: where the leak is, along which path, who owns it."""
