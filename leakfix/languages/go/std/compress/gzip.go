package gzip

import "io"
import "time"

type Header struct {
	Comment string
	Extra   []byte
	ModTime time.Time
	Name    string
	OS      byte
}
type Reader struct {
	Header
}

func (*Reader) Close() error
func (*Reader) Multistream(ok bool)
func (*Reader) Read(p []byte) (n int, err error)
func (*Reader) Reset(r io.Reader) error

type Writer struct {
	Header
}

func (*Writer) Close() error
func (*Writer) Flush() error
func (*Writer) Reset(w io.Writer)
func (*Writer) Write(p []byte) (int, error)

const BestCompression = 9
const BestSpeed = 1
const DefaultCompression = -1

var ErrChecksum error
var ErrHeader error

const HuffmanOnly = -2

func NewReader(r io.Reader) (*Reader, error)
func NewWriter(w io.Writer) *Writer
func NewWriterLevel(w io.Writer, level int) (*Writer, error)

const NoCompression = 0
