"""What acquires, releases, borrows and never returns: data files and their loader."""
