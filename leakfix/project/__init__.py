"""Which files to read and how: discovery, configuration, suppressions."""
