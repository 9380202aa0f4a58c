"""What the lowerings of all functions of one net of processes share."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from leakfix.flow.channels import Net
from leakfix.languages.go.channel_conditions import Conditions
from leakfix.languages.go.channel_uses import Reader
from leakfix.text.records import record, state

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow.channels import Step
    from leakfix.languages.go.channel_uses import Run
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program


class DepthError(Exception):
    """Functions call each other too deep or too often, or for ever."""


@record
class Site:
    """Where in the source a step meets a channel: the use, in which function or literal."""

    function: Function
    owner: Node
    node: Node


@state
class Shared:
    """What the lowerings of all functions of one net share."""

    program: Program
    net: Net = field(default_factory=Net)
    readers: dict[int, Reader] = field(default_factory=dict)
    tested: dict[int, Conditions] = field(default_factory=dict)
    processes: dict[tuple[int, frozenset[tuple[int, int]]], int] = field(default_factory=dict)
    started: dict[int, list[Node]] = field(default_factory=dict)
    """By process the calls that start it."""
    runs: dict[int, Run] = field(default_factory=dict)
    """By process the function that it runs."""
    sites: dict[tuple[Step, int], Site] = field(default_factory=dict)
    returns: dict[Step, Step] = field(default_factory=dict)
    """Where a process that meets a channel at a step would go on if it returned there."""
    sent: dict[Step, frozenset[int]] = field(default_factory=dict)
    """By step the variables in what is sent there, each as the offset of its name."""
    asked: dict[Step, frozenset[int]] = field(default_factory=dict)
    """By choice the variables that it depends on."""
    makes: dict[int, int] = field(default_factory=dict)
    """The channels that are made, by the byte offset of the variable's name."""
    frames: int = 0
    loops: int = 0
    end: Step = 0
    halt: Step = 0

    def conditions(self, function: Function) -> Conditions:
        """The repeated conditions of a function, found once."""
        key = function.node.id
        if key not in self.tested:
            self.tested[key] = Conditions(function.node, self.reader(function).bindings)
        return self.tested[key]

    def reader(self, function: Function) -> Reader:
        """The reader of a function, made once."""
        key = function.node.id
        if key not in self.readers:
            self.readers[key] = Reader(self.program, function)
        return self.readers[key]
