"""What the Go codemods share: the lifecycle rule and the forms of its fixes."""
