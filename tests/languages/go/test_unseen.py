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


SESSION = """package remote

import "golang.org/x/crypto/ssh"

func Begin(client *ssh.Client, command string) (*ssh.Session, error) {
\tsession, err := client.NewSession()
\tif err != nil {
\t\treturn nil, err
\t}
\tif err := session.Start(command); err != nil {
\t\treturn nil, err
\t}
\treturn session, nil
}
"""


def test_a_variable_that_is_returned_needs_no_other_name(tmp_path: Path) -> None:
    write(tmp_path, {"remote.go": SESSION})
    (file,) = leakfix.fix([tmp_path]).files
    started = "\tif err := session.Start(command); err != nil {\n"
    closed = SESSION.replace(started, f"{started}\t\tsession.Close()\n")
    assert file.new.decode() == closed
