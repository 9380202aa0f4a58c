"""Libraries of which no source is at hand: what the models say of them is all that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import leakfix
from tests.console import write

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """package store

import (
\t"context"

\t"go.etcd.io/etcd/client/v3/concurrency"
)

func Swap(ctx context.Context, client *concurrency.Client) error {
\tinner, cancel := context.WithCancel(ctx)
\tapply := func(stm concurrency.STM) error {
\t\tstm.Put("name", "new")
\t\tCALL
\t\treturn nil
\t}
\t_, err := concurrency.NewSTM(client, apply, concurrency.WithAbortContext(inner))
\treturn err
}
"""


def found(tree: Path, call: str) -> list[str]:
    write(tree, {"store.go": PROGRAM.replace("CALL", call)})
    return [finding.rule for finding in leakfix.scan([tree]).findings]


def test_who_borrows_calls_the_functions_that_it_is_given(tmp_path: Path) -> None:
    assert found(tmp_path, "cancel()") == []
    assert found(tmp_path, "_ = cancel") == ["go-lost-cancel"]
