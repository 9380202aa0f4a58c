package crc64

import "hash"

type Table [256]uint64

func Checksum(data []byte, tab *Table) uint64

const ECMA = 14514072000185962306
const ISO = 15564440312192434176

func MakeTable(poly uint64) *Table
func New(tab *Table) hash.Hash64

const Size = 8

func Update(crc uint64, tab *Table, p []byte) uint64
