package sha512

import "hash"

const BlockSize = 128

func New() hash.Hash
func New384() hash.Hash
func New512_224() hash.Hash
func New512_256() hash.Hash

const Size = 64
const Size224 = 28
const Size256 = 32
const Size384 = 48

func Sum384(data []byte) [48]byte
func Sum512(data []byte) [64]byte
func Sum512_224(data []byte) [28]byte
func Sum512_256(data []byte) [32]byte
