package expvar

import "net/http"

type Float struct {
}

func (*Float) Add(delta float64)
func (*Float) Set(value float64)
func (*Float) String() string
func (*Float) Value() float64
func (*Float) appendJSON(b []byte) []byte

type Func func() any

func (Func) String() string
func (Func) Value() any

type Int struct {
}

func (*Int) Add(delta int64)
func (*Int) Set(value int64)
func (*Int) String() string
func (*Int) Value() int64
func (*Int) appendJSON(b []byte) []byte

type KeyValue struct {
	Key   string
	Value Var
}
type Map struct {
}

func (*Map) Add(key string, delta int64)
func (*Map) AddFloat(key string, delta float64)
func (*Map) Delete(key string)
func (*Map) Do(f func(KeyValue))
func (*Map) Get(key string) Var
func (*Map) Init() *Map
func (*Map) Set(key string, av Var)
func (*Map) String() string
func (*Map) appendJSON(b []byte) []byte

type String struct {
}

func (*String) Set(value string)
func (*String) String() string
func (*String) Value() string
func (*String) appendJSON(b []byte) []byte

type Var interface {
	String() string
}

func Do(f func(KeyValue))
func Get(name string) Var
func Handler() http.Handler
func NewFloat(name string) *Float
func NewInt(name string) *Int
func NewMap(name string) *Map
func NewString(name string) *String
func Publish(name string, v Var)
