package png

import "image"
import "io"

type CompressionLevel int
type Encoder struct {
	CompressionLevel CompressionLevel
	BufferPool       EncoderBufferPool
}

func (*Encoder) Encode(w io.Writer, m image.Image) error

type EncoderBuffer struct {
}
type EncoderBufferPool interface {
	Get() *EncoderBuffer
	Put(*EncoderBuffer)
}
type FormatError string

func (FormatError) Error() string

type UnsupportedError string

func (UnsupportedError) Error() string

const BestCompression CompressionLevel = -3
const BestSpeed CompressionLevel = -2

func Decode(r io.Reader) (image.Image, error)
func DecodeConfig(r io.Reader) (image.Config, error)

const DefaultCompression CompressionLevel = 0

func Encode(w io.Writer, m image.Image) error

const NoCompression CompressionLevel = -1
