package gob

import "io"
import "reflect"

type CommonType struct {
	Name string
	Id   typeId
}

func (*CommonType) id() typeId
func (*CommonType) name() string
func (*CommonType) safeString(seen map[typeId]bool) string
func (*CommonType) setId(id typeId)
func (*CommonType) string() string

type Decoder struct {
}

func (*Decoder) Decode(e any) error
func (*Decoder) DecodeValue(v reflect.Value) error

type Encoder struct {
}

func (*Encoder) Encode(e any) error
func (*Encoder) EncodeValue(value reflect.Value) error

type GobDecoder interface {
	GobDecode([]byte) error
}
type GobEncoder interface {
	GobEncode() ([]byte, error)
}
type typeId int32

func (typeId) name() string
func (typeId) string() string
func NewDecoder(r io.Reader) *Decoder
func NewEncoder(w io.Writer) *Encoder
func Register(value any)
func RegisterName(name string, value any)
