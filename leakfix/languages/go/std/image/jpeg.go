package jpeg

import "image"
import "io"

type FormatError string

func (FormatError) Error() string

type Options struct {
	Quality int
}
type Reader interface {
	io.ByteReader
	io.Reader
}
type UnsupportedError string

func (UnsupportedError) Error() string
func Decode(r io.Reader) (image.Image, error)
func DecodeConfig(r io.Reader) (image.Config, error)

const DefaultQuality = 75

func Encode(w io.Writer, m image.Image, o *Options) error
