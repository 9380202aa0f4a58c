package crc32

import "hash"

type Table [256]uint32

const Castagnoli = 2197175160

func Checksum(data []byte, tab *Table) uint32
func ChecksumIEEE(data []byte) uint32

const IEEE = 3988292384

var IEEETable *Table

const Koopman = 3945912366

func MakeTable(poly uint32) *Table
func New(tab *Table) hash.Hash32
func NewIEEE() hash.Hash32

const Size = 4

func Update(crc uint32, tab *Table, p []byte) uint32
