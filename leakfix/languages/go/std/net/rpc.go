package rpc

import "io"
import "net"
import "net/http"

type Call struct {
	ServiceMethod string
	Args          any
	Reply         any
	Error         error
	Done          chan *Call
}
type Client struct {
}

func (*Client) Call(serviceMethod string, args any, reply any) error
func (*Client) Close() error
func (*Client) Go(serviceMethod string, args any, reply any, done chan *Call) *Call

type ClientCodec interface {
	Close() error
	ReadResponseBody(any) error
	ReadResponseHeader(*Response) error
	WriteRequest(*Request, any) error
}
type Request struct {
	ServiceMethod string
	Seq           uint64
}
type Response struct {
	ServiceMethod string
	Seq           uint64
	Error         string
}
type Server struct {
}

func (*Server) Accept(lis net.Listener)
func (*Server) HandleHTTP(rpcPath string, debugPath string)
func (*Server) Register(rcvr any) error
func (*Server) RegisterName(name string, rcvr any) error
func (*Server) ServeCodec(codec ServerCodec)
func (*Server) ServeConn(conn io.ReadWriteCloser)
func (*Server) ServeHTTP(w http.ResponseWriter, req *http.Request)
func (*Server) ServeRequest(codec ServerCodec) error

type ServerCodec interface {
	Close() error
	ReadRequestBody(any) error
	ReadRequestHeader(*Request) error
	WriteResponse(*Response, any) error
}
type ServerError string

func (ServerError) Error() string
func Accept(lis net.Listener)

const DefaultDebugPath = "/debug/rpc"
const DefaultRPCPath = "/_goRPC_"

var DefaultServer *Server

func Dial(network string, address string) (*Client, error)
func DialHTTP(network string, address string) (*Client, error)
func DialHTTPPath(network string, address string, path string) (*Client, error)

var ErrShutdown error

func HandleHTTP()
func NewClient(conn io.ReadWriteCloser) *Client
func NewClientWithCodec(codec ClientCodec) *Client
func NewServer() *Server
func Register(rcvr any) error
func RegisterName(name string, rcvr any) error
func ServeCodec(codec ServerCodec)
func ServeConn(conn io.ReadWriteCloser)
func ServeRequest(codec ServerCodec) error
