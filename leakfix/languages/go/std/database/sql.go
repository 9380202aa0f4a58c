package sql

import "context"
import "database/sql/driver"
import "reflect"
import "sync"
import "time"

type ColumnType struct {
}

func (*ColumnType) DatabaseTypeName() string
func (*ColumnType) DecimalSize() (precision int64, scale int64, ok bool)
func (*ColumnType) Length() (length int64, ok bool)
func (*ColumnType) Name() string
func (*ColumnType) Nullable() (nullable bool, ok bool)
func (*ColumnType) ScanType() reflect.Type

type Conn struct {
}

func (*Conn) BeginTx(ctx context.Context, opts *TxOptions) (*Tx, error)
func (*Conn) Close() error
func (*Conn) ExecContext(ctx context.Context, query string, args ...any) (Result, error)
func (*Conn) PingContext(ctx context.Context) error
func (*Conn) PrepareContext(ctx context.Context, query string) (*Stmt, error)
func (*Conn) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error)
func (*Conn) QueryRowContext(ctx context.Context, query string, args ...any) *Row
func (*Conn) Raw(f func(driverConn any) error) (err error)
func (*Conn) grabConn(context.Context) (*driverConn, releaseConn, error)
func (*Conn) txCtx() context.Context

type DB struct {
}

func (*DB) Begin() (*Tx, error)
func (*DB) BeginTx(ctx context.Context, opts *TxOptions) (*Tx, error)
func (*DB) Close() error
func (*DB) Conn(ctx context.Context) (*Conn, error)
func (*DB) Driver() driver.Driver
func (*DB) Exec(query string, args ...any) (Result, error)
func (*DB) ExecContext(ctx context.Context, query string, args ...any) (Result, error)
func (*DB) Ping() error
func (*DB) PingContext(ctx context.Context) error
func (*DB) Prepare(query string) (*Stmt, error)
func (*DB) PrepareContext(ctx context.Context, query string) (*Stmt, error)
func (*DB) Query(query string, args ...any) (*Rows, error)
func (*DB) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error)
func (*DB) QueryRow(query string, args ...any) *Row
func (*DB) QueryRowContext(ctx context.Context, query string, args ...any) *Row
func (*DB) SetConnMaxIdleTime(d time.Duration)
func (*DB) SetConnMaxLifetime(d time.Duration)
func (*DB) SetMaxIdleConns(n int)
func (*DB) SetMaxOpenConns(n int)
func (*DB) Stats() DBStats

type DBStats struct {
	MaxOpenConnections int
	OpenConnections    int
	InUse              int
	Idle               int
	WaitCount          int64
	WaitDuration       time.Duration
	MaxIdleClosed      int64
	MaxIdleTimeClosed  int64
	MaxLifetimeClosed  int64
}
type IsolationLevel int

func (IsolationLevel) String() string

type NamedArg struct {
	Name  string
	Value any
}
type Null[T any] struct {
	V     T
	Valid bool
}

func (*Null[T]) Scan(value any) error
func (Null[T]) Value() (driver.Value, error)

type NullBool struct {
	Bool  bool
	Valid bool
}

func (*NullBool) Scan(value any) error
func (NullBool) Value() (driver.Value, error)

type NullByte struct {
	Byte  byte
	Valid bool
}

func (*NullByte) Scan(value any) error
func (NullByte) Value() (driver.Value, error)

type NullFloat64 struct {
	Float64 float64
	Valid   bool
}

func (*NullFloat64) Scan(value any) error
func (NullFloat64) Value() (driver.Value, error)

type NullInt16 struct {
	Int16 int16
	Valid bool
}

func (*NullInt16) Scan(value any) error
func (NullInt16) Value() (driver.Value, error)

type NullInt32 struct {
	Int32 int32
	Valid bool
}

func (*NullInt32) Scan(value any) error
func (NullInt32) Value() (driver.Value, error)

type NullInt64 struct {
	Int64 int64
	Valid bool
}

func (*NullInt64) Scan(value any) error
func (NullInt64) Value() (driver.Value, error)

type NullString struct {
	String string
	Valid  bool
}

func (*NullString) Scan(value any) error
func (NullString) Value() (driver.Value, error)

type NullTime struct {
	Time  time.Time
	Valid bool
}

func (*NullTime) Scan(value any) error
func (NullTime) Value() (driver.Value, error)

type Out struct {
	Dest any
	In   bool
}
type RawBytes []byte
type Result interface {
	LastInsertId() (int64, error)
	RowsAffected() (int64, error)
}
type Row struct {
}

func (*Row) Err() error
func (*Row) Scan(dest ...any) error

type Rows struct {
}

func (*Rows) Close() error
func (*Rows) ColumnTypes() ([]*ColumnType, error)
func (*Rows) Columns() ([]string, error)
func (*Rows) Err() error
func (*Rows) Next() bool
func (*Rows) NextResultSet() bool
func (*Rows) Scan(dest ...any) error

type Scanner interface {
	Scan(src any) error
}
type Stmt struct {
}

func (*Stmt) Close() error
func (*Stmt) Exec(args ...any) (Result, error)
func (*Stmt) ExecContext(ctx context.Context, args ...any) (Result, error)
func (*Stmt) Query(args ...any) (*Rows, error)
func (*Stmt) QueryContext(ctx context.Context, args ...any) (*Rows, error)
func (*Stmt) QueryRow(args ...any) *Row
func (*Stmt) QueryRowContext(ctx context.Context, args ...any) *Row
func (*Stmt) finalClose() error

type Tx struct {
}

func (*Tx) Commit() error
func (*Tx) Exec(query string, args ...any) (Result, error)
func (*Tx) ExecContext(ctx context.Context, query string, args ...any) (Result, error)
func (*Tx) Prepare(query string) (*Stmt, error)
func (*Tx) PrepareContext(ctx context.Context, query string) (*Stmt, error)
func (*Tx) Query(query string, args ...any) (*Rows, error)
func (*Tx) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error)
func (*Tx) QueryRow(query string, args ...any) *Row
func (*Tx) QueryRowContext(ctx context.Context, query string, args ...any) *Row
func (*Tx) Rollback() error
func (*Tx) Stmt(stmt *Stmt) *Stmt
func (*Tx) StmtContext(ctx context.Context, stmt *Stmt) *Stmt
func (*Tx) grabConn(ctx context.Context) (*driverConn, releaseConn, error)
func (*Tx) txCtx() context.Context

type TxOptions struct {
	Isolation IsolationLevel
	ReadOnly  bool
}
type driverConn struct {
	sync.Mutex
}

func (*driverConn) Close() error
func (*driverConn) finalClose() error

type releaseConn func(error)

func Drivers() []string

var ErrConnDone error
var ErrNoRows error
var ErrTxDone error

const LevelDefault IsolationLevel = 0
const LevelLinearizable IsolationLevel = 7
const LevelReadCommitted IsolationLevel = 2
const LevelReadUncommitted IsolationLevel = 1
const LevelRepeatableRead IsolationLevel = 4
const LevelSerializable IsolationLevel = 6
const LevelSnapshot IsolationLevel = 5
const LevelWriteCommitted IsolationLevel = 3

func Named(name string, value any) NamedArg
func Open(driverName string, dataSourceName string) (*DB, error)
func OpenDB(c driver.Connector) *DB
func Register(name string, driver driver.Driver)
