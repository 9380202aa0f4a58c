package crypto

import "hash"
import "io"

type Decapsulator interface {
	Decapsulate(ciphertext []byte) (sharedKey []byte, err error)
	Encapsulator() Encapsulator
}
type Decrypter interface {
	Decrypt(rand io.Reader, msg []byte, opts DecrypterOpts) (plaintext []byte, err error)
	Public() PublicKey
}
type DecrypterOpts interface {
}
type Encapsulator interface {
	Bytes() []byte
	Encapsulate() (sharedKey []byte, ciphertext []byte)
}
type Hash uint

func (Hash) Available() bool
func (Hash) HashFunc() Hash
func (Hash) New() hash.Hash
func (Hash) Size() int
func (Hash) String() string

type MessageSigner interface {
	Signer
	SignMessage(rand io.Reader, msg []byte, opts SignerOpts) (signature []byte, err error)
}
type PrivateKey interface {
}
type PublicKey interface {
}
type Signer interface {
	Public() PublicKey
	Sign(rand io.Reader, digest []byte, opts SignerOpts) (signature []byte, err error)
}
type SignerOpts interface {
	HashFunc() Hash
}

const BLAKE2b_256 Hash = 17
const BLAKE2b_384 Hash = 18
const BLAKE2b_512 Hash = 19
const BLAKE2s_256 Hash = 16
const MD4 Hash = 1
const MD5 Hash = 2
const MD5SHA1 Hash = 8
const RIPEMD160 Hash = 9

func RegisterHash(h Hash, f func() hash.Hash)

const SHA1 Hash = 3
const SHA224 Hash = 4
const SHA256 Hash = 5
const SHA384 Hash = 6
const SHA3_224 Hash = 10
const SHA3_256 Hash = 11
const SHA3_384 Hash = 12
const SHA3_512 Hash = 13
const SHA512 Hash = 7
const SHA512_224 Hash = 14
const SHA512_256 Hash = 15

func SignMessage(signer Signer, rand io.Reader, msg []byte, opts SignerOpts) (signature []byte, err error)
