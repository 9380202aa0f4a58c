package des

import "crypto/cipher"

type KeySizeError int

func (KeySizeError) Error() string

const BlockSize = 8

func NewCipher(key []byte) (cipher.Block, error)
func NewTripleDESCipher(key []byte) (cipher.Block, error)
