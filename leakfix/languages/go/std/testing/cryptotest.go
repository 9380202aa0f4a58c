package cryptotest

import "testing"

func SetGlobalRandom(t *testing.T, seed uint64)
