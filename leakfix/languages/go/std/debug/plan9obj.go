package plan9obj

import "io"

type File struct {
	FileHeader
	Sections []*Section
}

func (*File) Close() error
func (*File) Section(name string) *Section
func (*File) Symbols() ([]Sym, error)

type FileHeader struct {
	Magic       uint32
	Bss         uint32
	Entry       uint64
	PtrSize     int
	LoadAddress uint64
	HdrSize     uint64
}
type Section struct {
	SectionHeader
	io.ReaderAt
}

func (*Section) Data() ([]byte, error)
func (*Section) Open() io.ReadSeeker

type SectionHeader struct {
	Name   string
	Size   uint32
	Offset uint32
}
type Sym struct {
	Value uint64
	Type  rune
	Name  string
}

var ErrNoSymbols error

const Magic386 = 491
const Magic64 = 32768
const MagicAMD64 = 35479
const MagicARM = 1607

func NewFile(r io.ReaderAt) (*File, error)
func Open(name string) (*File, error)
