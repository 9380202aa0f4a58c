package quotedprintable

import "io"

type Reader struct {
}

func (*Reader) Read(p []byte) (n int, err error)

type Writer struct {
	Binary bool
}

func (*Writer) Close() error
func (*Writer) Write(p []byte) (n int, err error)
func NewReader(r io.Reader) *Reader
func NewWriter(w io.Writer) *Writer
