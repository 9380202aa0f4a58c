"""What C++ has beyond C; the adapter of both is that of C."""
