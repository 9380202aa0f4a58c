package sha1

import "hash"

const BlockSize = 64

func New() hash.Hash

const Size = 20

func Sum(data []byte) [20]byte
