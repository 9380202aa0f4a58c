package adler32

import "hash"

func Checksum(data []byte) uint32
func New() hash.Hash32

const Size = 4
