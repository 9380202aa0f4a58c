package buildinfo

import "io"
import "runtime/debug"

type BuildInfo = debug.BuildInfo

func Read(r io.ReaderAt) (*BuildInfo, error)
func ReadFile(name string) (info *BuildInfo, err error)
