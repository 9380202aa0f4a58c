package ecdh

import "crypto"
import "io"

type Curve interface {
	GenerateKey(rand io.Reader) (*PrivateKey, error)
	NewPrivateKey(key []byte) (*PrivateKey, error)
	NewPublicKey(key []byte) (*PublicKey, error)
	ecdh(local *PrivateKey, remote *PublicKey) ([]byte, error)
}
type KeyExchanger interface {
	Curve() Curve
	ECDH(*PublicKey) ([]byte, error)
	PublicKey() *PublicKey
}
type PrivateKey struct {
}

func (*PrivateKey) Bytes() []byte
func (*PrivateKey) Curve() Curve
func (*PrivateKey) ECDH(remote *PublicKey) ([]byte, error)
func (*PrivateKey) Equal(x crypto.PrivateKey) bool
func (*PrivateKey) Public() crypto.PublicKey
func (*PrivateKey) PublicKey() *PublicKey

type PublicKey struct {
}

func (*PublicKey) Bytes() []byte
func (*PublicKey) Curve() Curve
func (*PublicKey) Equal(x crypto.PublicKey) bool
func P256() Curve
func P384() Curve
func P521() Curve
func X25519() Curve
