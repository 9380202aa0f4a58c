package httputil

import "bufio"
import "io"
import "log"
import "net"
import "net/http"
import "net/url"
import "time"

type BufferPool interface {
	Get() []byte
	Put([]byte)
}
type ClientConn struct {
}

func (*ClientConn) Close() error
func (*ClientConn) Do(req *http.Request) (*http.Response, error)
func (*ClientConn) Hijack() (c net.Conn, r *bufio.Reader)
func (*ClientConn) Pending() int
func (*ClientConn) Read(req *http.Request) (resp *http.Response, err error)
func (*ClientConn) Write(req *http.Request) error

type ProxyRequest struct {
	In  *http.Request
	Out *http.Request
}

func (*ProxyRequest) SetURL(target *url.URL)
func (*ProxyRequest) SetXForwarded()

type ReverseProxy struct {
	Rewrite        func(*ProxyRequest)
	Transport      http.RoundTripper
	FlushInterval  time.Duration
	ErrorLog       *log.Logger
	BufferPool     BufferPool
	ModifyResponse func(*http.Response) error
	ErrorHandler   func(http.ResponseWriter, *http.Request, error)
	Director       func(*http.Request)
}

func (*ReverseProxy) ServeHTTP(rw http.ResponseWriter, req *http.Request)

type ServerConn struct {
}

func (*ServerConn) Close() error
func (*ServerConn) Hijack() (net.Conn, *bufio.Reader)
func (*ServerConn) Pending() int
func (*ServerConn) Read() (*http.Request, error)
func (*ServerConn) Write(req *http.Request, resp *http.Response) error
func DumpRequest(req *http.Request, body bool) ([]byte, error)
func DumpRequestOut(req *http.Request, body bool) ([]byte, error)
func DumpResponse(resp *http.Response, body bool) ([]byte, error)

var ErrClosed *http.ProtocolError
var ErrLineTooLong error
var ErrPersistEOF *http.ProtocolError
var ErrPipeline *http.ProtocolError

func NewChunkedReader(r io.Reader) io.Reader
func NewChunkedWriter(w io.Writer) io.WriteCloser
func NewClientConn(c net.Conn, r *bufio.Reader) *ClientConn
func NewProxyClientConn(c net.Conn, r *bufio.Reader) *ClientConn
func NewServerConn(c net.Conn, r *bufio.Reader) *ServerConn
func NewSingleHostReverseProxy(target *url.URL) *ReverseProxy
