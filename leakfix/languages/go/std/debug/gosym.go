package gosym

type DecodingError struct {
}

func (*DecodingError) Error() string

type Func struct {
	Entry uint64
	*Sym
	End       uint64
	Params    []*Sym
	Locals    []*Sym
	FrameSize int
	LineTable *LineTable
	Obj       *Obj
}
type LineTable struct {
	Data []byte
	PC   uint64
	Line int
}

func (*LineTable) LineToPC(line int, maxpc uint64) uint64
func (*LineTable) PCToLine(pc uint64) int

type Obj struct {
	Funcs []Func
	Paths []Sym
}
type Sym struct {
	Value  uint64
	Type   byte
	Name   string
	GoType uint64
	Func   *Func
}

func (*Sym) BaseName() string
func (*Sym) PackageName() string
func (*Sym) ReceiverName() string
func (*Sym) Static() bool

type Table struct {
	Syms  []Sym
	Funcs []Func
	Files map[string]*Obj
	Objs  []Obj
}

func (*Table) LineToPC(file string, line int) (pc uint64, fn *Func, err error)
func (*Table) LookupFunc(name string) *Func
func (*Table) LookupSym(name string) *Sym
func (*Table) PCToFunc(pc uint64) *Func
func (*Table) PCToLine(pc uint64) (file string, line int, fn *Func)
func (*Table) SymByAddr(addr uint64) *Sym

type UnknownFileError string

func (UnknownFileError) Error() string

type UnknownLineError struct {
	File string
	Line int
}

func (*UnknownLineError) Error() string
func NewLineTable(data []byte, text uint64) *LineTable
func NewTable(symtab []byte, pcln *LineTable) (*Table, error)
