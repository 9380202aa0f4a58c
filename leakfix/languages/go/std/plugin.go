package plugin

type Plugin struct {
}

func (*Plugin) Lookup(symName string) (Symbol, error)

type Symbol interface {
}

func Open(path string) (*Plugin, error)
