"""C, and all that C and C++ share."""
