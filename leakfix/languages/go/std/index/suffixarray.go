package suffixarray

import "io"
import "regexp"

type Index struct {
}

func (*Index) Bytes() []byte
func (*Index) FindAllIndex(r *regexp.Regexp, n int) (result [][]int)
func (*Index) Lookup(s []byte, n int) (result []int)
func (*Index) Read(r io.Reader) error
func (*Index) Write(w io.Writer) error
func New(data []byte) *Index
