package tabwriter

import "io"

type Writer struct {
}

func (*Writer) Flush() error
func (*Writer) Init(output io.Writer, minwidth int, tabwidth int, padding int, padchar byte, flags uint) *Writer
func (*Writer) Write(buf []byte) (n int, err error)

const AlignRight uint = 4
const Debug uint = 32
const DiscardEmptyColumns uint = 8
const Escape = '\u00ff'
const FilterHTML uint = 1

func NewWriter(output io.Writer, minwidth int, tabwidth int, padding int, padchar byte, flags uint) *Writer

const StripEscape uint = 2
const TabIndent uint = 16
