package mlkem

import "crypto"

type DecapsulationKey1024 struct {
}

func (*DecapsulationKey1024) Bytes() []byte
func (*DecapsulationKey1024) Decapsulate(ciphertext []byte) (sharedKey []byte, err error)
func (*DecapsulationKey1024) EncapsulationKey() *EncapsulationKey1024
func (*DecapsulationKey1024) Encapsulator() crypto.Encapsulator

type DecapsulationKey768 struct {
}

func (*DecapsulationKey768) Bytes() []byte
func (*DecapsulationKey768) Decapsulate(ciphertext []byte) (sharedKey []byte, err error)
func (*DecapsulationKey768) EncapsulationKey() *EncapsulationKey768
func (*DecapsulationKey768) Encapsulator() crypto.Encapsulator

type EncapsulationKey1024 struct {
}

func (*EncapsulationKey1024) Bytes() []byte
func (*EncapsulationKey1024) Encapsulate() (sharedKey []byte, ciphertext []byte)

type EncapsulationKey768 struct {
}

func (*EncapsulationKey768) Bytes() []byte
func (*EncapsulationKey768) Encapsulate() (sharedKey []byte, ciphertext []byte)

const CiphertextSize1024 = 1568
const CiphertextSize768 = 1088
const EncapsulationKeySize1024 = 1568
const EncapsulationKeySize768 = 1184

func GenerateKey1024() (*DecapsulationKey1024, error)
func GenerateKey768() (*DecapsulationKey768, error)
func NewDecapsulationKey1024(seed []byte) (*DecapsulationKey1024, error)
func NewDecapsulationKey768(seed []byte) (*DecapsulationKey768, error)
func NewEncapsulationKey1024(encapsulationKey []byte) (*EncapsulationKey1024, error)
func NewEncapsulationKey768(encapsulationKey []byte) (*EncapsulationKey768, error)

const SeedSize = 64
const SharedKeySize = 32
