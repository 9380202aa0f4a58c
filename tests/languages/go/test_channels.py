"""Which operations on channels can wait for ever, told by running a function together with its goroutines."""

import pytest

from leakfix.detectors.blocking import stuck
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.channels import Nest, nests
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.models import Models
from tests.languages.go.programs import program

_FUNCTION = """package p

import (
	"os"
	"sync"
	"time"
)

type queue struct {
	name string
	work sync.WaitGroup
}

var unknown func(chan int)

func produce(out chan<- int, n int) {
	for i := 0; i < n; i++ {
		out <- i
	}
	close(out)
}

func first(in <-chan int) int { return <-in }

func f(xs []int, ok bool, g func() (int, error), quit <-chan struct{}) int {
	%s
	return 0
}
"""


def _nests(lines: str) -> tuple[Nest, ...]:
    file = program(_FUNCTION % lines)
    world = World(environment={"HOME": "/nowhere"})
    return nests(Analysis(Program(world, Models.load("go")), world.file(file.path, file.data)))


def _stuck(lines: str) -> set[str]:
    """The operations that wait for ever, each as its channel and what it does; "?" when nobody is sure."""
    return {
        f"{nest.made[one.channel].variable.name} {one.act.value}{'' if one.sure else '?'}"
        for nest in _nests(lines)
        for one in stuck(nest.shared.net)
    }


@pytest.mark.parametrize(
    "lines",
    [
        "c := make(chan int)\n\tgo func() { c <- 1 }()",
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tif ok {\n\t\treturn 1\n\t}\n\t<-c",
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tselect {\n\tcase <-c:\n\tcase <-quit:\n\t}",
        "c := make(chan int, 1)\n\tgo func() { c <- 1; c <- 2 }()",
        "c := make(chan int)\n\tfor range xs {\n\t\tgo func() { c <- 1 }()\n\t}\n\t<-c",
        "c := make(chan int)\n\tgo produce(c, 5)\n\treturn first(c)",
        "c := make(chan int)\n\tgo func() {\n\t\tfor {\n\t\t\tc <- 1\n\t\t}\n\t}()\n\t"
        "for x := range c {\n\t\tif x > 3 {\n\t\t\tbreak\n\t\t}\n\t}",
        "c := make(chan int)\n\tsend := func() { c <- 1 }\n\tgo send()\n\tgo send()\n\t<-c",
        "c := make(chan int)\n\tvar wg sync.WaitGroup\n\twg.Go(func() { c <- 1 })",
        "for range xs {\n\t\tc := make(chan int)\n\t\tgo func() { c <- 1 }()\n\t\tselect {\n\t\t"
        "case <-c:\n\t\tdefault:\n\t\t}\n\t}",
        "c := make(chan int)\n\tdefer func() {\n\t\tif ok {\n\t\t\t<-c\n\t\t}\n\t}()\n\tgo func() { c <- 1 }()",
        "c, d := make(chan int), make(chan int)\n\tgo func() { c <- 1; d <- 2 }()\n\t<-c",
        "c := make(chan int)\n\tvar wg sync.WaitGroup\n\twg.Add(1)\n\tgo func() {\n\t\tdefer wg.Done()\n"
        "\t\tc <- 1\n\t}()\n\twg.Wait()\n\t<-c",
    ],
)
def test_a_send_is_left_behind(lines: str) -> None:
    found = _stuck(lines)
    assert found
    assert all(one.endswith(" send") for one in found)


@pytest.mark.parametrize(
    "lines",
    [
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\t<-c",
        "c := make(chan int)\n\tdefer func() { <-c }()\n\tgo func() { c <- 1 }()\n\tif ok {\n\t\treturn 1\n\t}",
        "c := make(chan int, 2)\n\tgo func() { c <- 1; c <- 2 }()",
        "c := make(chan int, len(xs))\n\tfor range xs {\n\t\tgo func() { c <- 1 }()\n\t}\n\t<-c",
        "c := make(chan int)\n\tfor range xs {\n\t\tgo func() { c <- 1 }()\n\t}\n\tfor range xs {\n\t\t<-c\n\t}",
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tos.Exit(first(c))",
        'c := make(chan int)\n\tgo func() { c <- 1 }()\n\tif ok {\n\t\tpanic("")\n\t}\n\t<-c',
        "c := make(chan int)\n\tif ok {\n\t\tgo func() { c <- 1 }()\n\t}\n\tif ok {\n\t\t<-c\n\t}",
        "c := make(chan int)\n\tgo func() {\n\t\tselect {\n\t\tcase c <- 1:\n\t\tcase <-quit:\n\t\t}\n\t}()",
        "c := make(chan int)\n\tgo func() {\n\t\tselect {\n\t\tcase c <- 1:\n\t\tdefault:\n\t\t}\n\t}()",
        "c, done := make(chan int), make(chan bool)\n\tdefer close(done)\n\tgo func() {\n\t\t"
        "select {\n\t\tcase c <- 1:\n\t\tcase <-done:\n\t\t}\n\t}()",
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tunknown(c)",
        "c := make(chan int)\n\tvar wg sync.WaitGroup\n\twg.Add(1)\n\tgo func() {\n\t\twg.Done()\n"
        "\t\tc <- 1\n\t}()\n\twg.Wait()\n\t<-c",
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tgo func() { <-c }()",
        "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tn := len(xs)\n\tfor {\n\t\t<-c\n\t\t"
        "n--\n\t\tif n == 0 {\n\t\t\tbreak\n\t\t}\n\t}",
        "c := make(chan int)\n\tgo produce(c, len(xs))\n\tfor range c {\n\t}",
        "c := make(chan error)\n\tgo func() {\n\t\tfor {\n\t\t\t_, err := g()\n\t\t\t"
        "c <- err\n\t\t\tif err != nil {\n\t\t\t\treturn\n\t\t\t}\n\t\t}\n\t}()\n"
        "\tfor err := range c {\n\t\tif err != nil {\n\t\t\tbreak\n\t\t}\n\t}",
        "a, b := make(chan int), make(chan error)\n\tgo func() {\n\t\tx, err := g()\n\t\t"
        "if err != nil {\n\t\t\tb <- err\n\t\t\treturn\n\t\t}\n\t\ta <- x\n\t}()\n"
        "\tselect {\n\tcase <-a:\n\tcase <-b:\n\t}",
    ],
)
def test_nobody_is_left_behind(lines: str) -> None:
    assert _stuck(lines) == set()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("c := make(chan int)\n\tgo func() {\n\t\tfor range c {\n\t\t}\n\t}()\n\tc <- 1", {"c receive"}),
        ("c := make(chan int)\n\tgo func() { <-c }()\n\tif ok {\n\t\treturn 1\n\t}\n\tclose(c)", {"c receive"}),
        ("c := make(chan int)\n\tgo func() {\n\t\tfor range c {\n\t\t}\n\t}()\n\tdefer close(c)\n\tc <- 1", set()),
        (
            "stop := make(chan bool)\n\tgo func() {\n\t\tfor {\n\t\t\tselect {\n\t\t\tcase <-stop:\n\t\t\t\treturn\n"
            "\t\t\tcase <-time.After(1):\n\t\t\t}\n\t\t}\n\t}()\n\tif ok {\n\t\treturn 1\n\t}\n\tclose(stop)",
            {"stop receive"},
        ),
        (
            "c := make(chan int)\n\tgo func() {\n\t\tfor {\n\t\t\tif x := <-c; x == 0 {\n\t\t\t\t"
            "return\n\t\t\t}\n\t\t}\n\t}()\n\tc <- 1\n\tc <- 0",
            {"c receive?"},
        ),
        (
            "c := make(chan int)\n\tgo func() {\n\t\tif _, err := g(); err != nil {\n\t\t\treturn\n\t\t"
            "}\n\t\tclose(c)\n\t}()\n\tfor range c {\n\t}",
            {"c receive"},
        ),
    ],
)
def test_who_waits_to_receive(lines: str, found: set[str]) -> None:
    assert _stuck(lines) == found


@pytest.mark.parametrize(
    "lines",
    [
        "c := make(chan int, 1)\n\tgo func() { c <- 1 }()\n\tif ok {\n\t\treturn 1\n\t}\n\t<-c",
        "c := make(chan int, 1)\n\tgo func() {\n\t\tif ok {\n\t\t\tc <- 1\n\t\t\treturn\n\t\t}\n\t\tc <- 2\n\t}()",
        "for range xs {\n\t\tc := make(chan int, 1)\n\t\tgo func() { c <- 1 }()\n\t\t<-c\n\t}",
        "c := make(chan int, len(xs))\n\tfor _, x := range xs {\n\t\tgo func() { c <- x }()\n\t}",
        "c := make(chan int, 2)\n\tgo func() { c <- 1 }()\n\tgo func() { c <- 2 }()\n\t<-c\n\t<-c",
        "c := make(chan int)\n\tgo func() {\n\t\tdefer close(c)\n\t\tif ok {\n\t\t\treturn\n\t\t}\n\t}()\n\t<-c\n\t<-c",
        "c := make(chan int)\n\tgo func() {\n\t\tg()\n\t\tclose(c)\n\t}()\n\tfor range c {\n\t}",
        "c := make(chan int)\n\tgo func() {\n\t\tif ok {\n\t\t\tclose(c)\n\t\t}\n\t}()\n"
        "\tselect {\n\tcase <-c:\n\tcase <-quit:\n\t}",
        "c := make(chan int)\n\tdefer close(c)\n\tgo func() { <-c }()\n\tif ok {\n\t\treturn 1\n\t}",
    ],
)
def test_places_alone_tell_that_nobody_waits_for_ever(lines: str) -> None:
    assert not _nests(lines)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("c := make(chan int, 1)\n\tgo func() {\n\t\tc <- 1\n\t\tc <- 2\n\t}()", {"c send"}),
        ("c := make(chan int, 1)\n\tfor range 3 {\n\t\tgo func() { c <- 1 }()\n\t}", {"c send"}),
        ("c := make(chan int, 1)\n\tgo func() {\n\t\tfor range 3 {\n\t\t\tc <- 1\n\t\t}\n\t}()", {"c send"}),
        (
            "c := make(chan int, 1)\n\tgo func() {\n\t\tif ok {\n\t\t\treturn\n\t\t}\n\t\tc <- 1\n\t}()\n\t<-c",
            {"c receive"},
        ),
        ("c := make(chan int, 1)\n\tgo func() { c <- 1 }()\n\t<-c\n\t<-c", {"c receive"}),
        ("c := make(chan int, 1)\n\tif ok {\n\t\tgo func() { c <- 1 }()\n\t}\n\t<-c", {"c receive"}),
        ("c := make(chan int)\n\tgo func() {\n\t\tif ok {\n\t\t\tclose(c)\n\t\t}\n\t}()\n\t<-c", {"c receive"}),
        ("c := make(chan int)\n\tgo func() { <-c }()\n\tif ok {\n\t\treturn 1\n\t}\n\tdefer close(c)", {"c receive"}),
        (
            "var group sync.WaitGroup\n\tc := make(chan int)\n\tdefer close(c)\n\tgroup.Add(1)\n\tgo func() {\n"
            "\t\tdefer group.Done()\n\t\t<-c\n\t}()\n\tgroup.Wait()",
            {"c receive"},
        ),
    ],
)
def test_places_alone_do_not_tell(lines: str, found: set[str]) -> None:
    assert _stuck(lines) == found
