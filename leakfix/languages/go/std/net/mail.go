package mail

import "io"
import "mime"
import "time"

type Address struct {
	Name    string
	Address string
}

func (*Address) String() string

type AddressParser struct {
	WordDecoder *mime.WordDecoder
}

func (*AddressParser) Parse(address string) (*Address, error)
func (*AddressParser) ParseList(list string) ([]*Address, error)

type Header map[string][]string

func (Header) AddressList(key string) ([]*Address, error)
func (Header) Date() (time.Time, error)
func (Header) Get(key string) string

type Message struct {
	Header Header
	Body   io.Reader
}

var ErrHeaderNotPresent error

func ParseAddress(address string) (*Address, error)
func ParseAddressList(list string) ([]*Address, error)
func ParseDate(date string) (time.Time, error)
func ReadMessage(r io.Reader) (msg *Message, err error)
