package ed25519

import "crypto"
import "io"

type Options struct {
	Hash    crypto.Hash
	Context string
}

func (*Options) HashFunc() crypto.Hash

type PrivateKey []byte

func (PrivateKey) Equal(x crypto.PrivateKey) bool
func (PrivateKey) Public() crypto.PublicKey
func (PrivateKey) Seed() []byte
func (PrivateKey) Sign(rand io.Reader, message []byte, opts crypto.SignerOpts) (signature []byte, err error)

type PublicKey []byte

func (PublicKey) Equal(x crypto.PublicKey) bool
func GenerateKey(random io.Reader) (PublicKey, PrivateKey, error)
func NewKeyFromSeed(seed []byte) PrivateKey

const PrivateKeySize = 64
const PublicKeySize = 32
const SeedSize = 32

func Sign(privateKey PrivateKey, message []byte) []byte

const SignatureSize = 64

func Verify(publicKey PublicKey, message []byte, sig []byte) bool
func VerifyWithOptions(publicKey PublicKey, message []byte, sig []byte, opts *Options) error
