package tar

import "io"
import "io/fs"
import "time"

type FileInfoNames interface {
	fs.FileInfo
	Gname() (string, error)
	Uname() (string, error)
}
type Format int

func (Format) String() string

type Header struct {
	Typeflag   byte
	Name       string
	Linkname   string
	Size       int64
	Mode       int64
	Uid        int
	Gid        int
	Uname      string
	Gname      string
	ModTime    time.Time
	AccessTime time.Time
	ChangeTime time.Time
	Devmajor   int64
	Devminor   int64
	Xattrs     map[string]string
	PAXRecords map[string]string
	Format     Format
}

func (*Header) FileInfo() fs.FileInfo

type Reader struct {
}

func (*Reader) Next() (*Header, error)
func (*Reader) Read(b []byte) (int, error)

type Writer struct {
}

func (*Writer) AddFS(fsys fs.FS) error
func (*Writer) Close() error
func (*Writer) Flush() error
func (*Writer) Write(b []byte) (int, error)
func (*Writer) WriteHeader(hdr *Header) error

var ErrFieldTooLong error
var ErrHeader error
var ErrInsecurePath error
var ErrWriteAfterClose error
var ErrWriteTooLong error

func FileInfoHeader(fi fs.FileInfo, link string) (*Header, error)

const FormatGNU Format = 8
const FormatPAX Format = 4
const FormatUSTAR Format = 2
const FormatUnknown Format = 0

func NewReader(r io.Reader) *Reader
func NewWriter(w io.Writer) *Writer

const TypeBlock = '4'
const TypeChar = '3'
const TypeCont = '7'
const TypeDir = '5'
const TypeFifo = '6'
const TypeGNULongLink = 'K'
const TypeGNULongName = 'L'
const TypeGNUSparse = 'S'
const TypeLink = '1'
const TypeReg = '0'
const TypeRegA = '\x00'
const TypeSymlink = '2'
const TypeXGlobalHeader = 'g'
const TypeXHeader = 'x'
