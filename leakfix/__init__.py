"""leakfix finds memory and resource leaks and rewrites them into the fixed form."""
