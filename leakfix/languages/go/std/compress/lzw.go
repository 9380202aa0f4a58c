package lzw

import "io"

type Order int
type Reader struct {
}

func (*Reader) Close() error
func (*Reader) Read(b []byte) (int, error)
func (*Reader) Reset(src io.Reader, order Order, litWidth int)

type Writer struct {
}

func (*Writer) Close() error
func (*Writer) Reset(dst io.Writer, order Order, litWidth int)
func (*Writer) Write(p []byte) (n int, err error)

const LSB Order = 0
const MSB Order = 1

func NewReader(r io.Reader, order Order, litWidth int) io.ReadCloser
func NewWriter(w io.Writer, order Order, litWidth int) io.WriteCloser
