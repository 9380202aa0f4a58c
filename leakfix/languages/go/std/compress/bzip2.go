package bzip2

import "io"

type StructuralError string

func (StructuralError) Error() string
func NewReader(r io.Reader) io.Reader
