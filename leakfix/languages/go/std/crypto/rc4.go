package rc4

type Cipher struct {
}

func (*Cipher) Reset()
func (*Cipher) XORKeyStream(dst []byte, src []byte)

type KeySizeError int

func (KeySizeError) Error() string
func NewCipher(key []byte) (*Cipher, error)
