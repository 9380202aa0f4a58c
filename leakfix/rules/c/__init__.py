"""What the C and C++ codemods share: the lifecycle rule and the forms of its fixes."""
