package scanner

import "go/token"
import "io"

type Error struct {
	Pos token.Position
	Msg string
}

func (Error) Error() string

type ErrorHandler func(pos token.Position, msg string)
type ErrorList []*Error

func (*ErrorList) Add(pos token.Position, msg string)
func (ErrorList) Err() error
func (ErrorList) Error() string
func (ErrorList) Len() int
func (ErrorList) Less(i int, j int) bool
func (*ErrorList) RemoveMultiples()
func (*ErrorList) Reset()
func (ErrorList) Sort()
func (ErrorList) Swap(i int, j int)

type Mode uint
type Scanner struct {
	ErrorCount int
}

func (*Scanner) Init(file *token.File, src []byte, err ErrorHandler, mode Mode)
func (*Scanner) Scan() (pos token.Pos, tok token.Token, lit string)
func PrintError(w io.Writer, err error)

const ScanComments Mode = 1
