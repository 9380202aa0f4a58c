package aes

import "crypto/cipher"

type KeySizeError int

func (KeySizeError) Error() string

const BlockSize = 16

func NewCipher(key []byte) (cipher.Block, error)
