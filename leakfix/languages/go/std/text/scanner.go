package scanner

import "io"

type Position struct {
	Filename string
	Offset   int
	Line     int
	Column   int
}

func (*Position) IsValid() bool
func (Position) String() string

type Scanner struct {
	Error       func(s *Scanner, msg string)
	ErrorCount  int
	Mode        uint
	Whitespace  uint64
	IsIdentRune func(ch rune, i int) bool
	Position
}

func (*Scanner) Init(src io.Reader) *Scanner
func (*Scanner) Next() rune
func (*Scanner) Peek() rune
func (*Scanner) Pos() (pos Position)
func (*Scanner) Scan() rune
func (*Scanner) TokenText() string

const Char = -5
const Comment = -8
const EOF = -1
const Float = -4
const GoTokens = 1012
const GoWhitespace = 4294977024
const Ident = -2
const Int = -3
const RawString = -7
const ScanChars = 32
const ScanComments = 256
const ScanFloats = 16
const ScanIdents = 4
const ScanInts = 8
const ScanRawStrings = 128
const ScanStrings = 64
const SkipComments = 512
const String = -6

func TokenString(tok rune) string
