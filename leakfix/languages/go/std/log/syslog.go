package syslog

import "log"

type Priority int
type Writer struct {
}

func (*Writer) Alert(m string) error
func (*Writer) Close() error
func (*Writer) Crit(m string) error
func (*Writer) Debug(m string) error
func (*Writer) Emerg(m string) error
func (*Writer) Err(m string) error
func (*Writer) Info(m string) error
func (*Writer) Notice(m string) error
func (*Writer) Warning(m string) error
func (*Writer) Write(b []byte) (int, error)
func Dial(network string, raddr string, priority Priority, tag string) (*Writer, error)

const LOG_ALERT Priority = 1
const LOG_AUTH Priority = 32
const LOG_AUTHPRIV Priority = 80
const LOG_CRIT Priority = 2
const LOG_CRON Priority = 72
const LOG_DAEMON Priority = 24
const LOG_DEBUG Priority = 7
const LOG_EMERG Priority = 0
const LOG_ERR Priority = 3
const LOG_FTP Priority = 88
const LOG_INFO Priority = 6
const LOG_KERN Priority = 0
const LOG_LOCAL0 Priority = 128
const LOG_LOCAL1 Priority = 136
const LOG_LOCAL2 Priority = 144
const LOG_LOCAL3 Priority = 152
const LOG_LOCAL4 Priority = 160
const LOG_LOCAL5 Priority = 168
const LOG_LOCAL6 Priority = 176
const LOG_LOCAL7 Priority = 184
const LOG_LPR Priority = 48
const LOG_MAIL Priority = 16
const LOG_NEWS Priority = 56
const LOG_NOTICE Priority = 5
const LOG_SYSLOG Priority = 40
const LOG_USER Priority = 8
const LOG_UUCP Priority = 64
const LOG_WARNING Priority = 4

func New(priority Priority, tag string) (*Writer, error)
func NewLogger(p Priority, logFlag int) (*log.Logger, error)
