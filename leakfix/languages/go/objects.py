"""What a package declares: objects, and the functions among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.go import syntax
from leakfix.languages.go.places import written_shape

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from leakfix.languages.go.files import File
    from leakfix.languages.go.lookup import Package
    from leakfix.languages.go.places import Shape

PREDECLARED: Final = frozenset(
    (
        *("any", "append", "bool", "byte", "cap", "clear", "close", "comparable", "complex", "complex128", "complex64"),
        *("copy", "delete", "error", "false", "float32", "float64", "imag", "int", "int16", "int32", "int64", "int8"),
        *("iota", "len", "make", "max", "min", "new", "nil", "panic", "print", "println", "real", "recover", "rune"),
        *("string", "true", "uint", "uint16", "uint32", "uint64", "uint8", "uintptr"),
    )
)
"""The names of Go's universe scope."""

Kind: TypeAlias = Literal["func", "type", "var", "const", "method", "field"]


class Object:
    """A declared entity: compared by identity.

    `index` is its place among the names of its spec; `receiver` the type name of a method, else "". For a constant,
    `iota` is its row in the group and `values` the spec that gives type and values (an earlier one when its own gives
    none). `cache` belongs to the type resolver.
    """

    __slots__ = ("_function", "_node", "cache", "file", "index", "iota", "kind", "name", "receiver", "values")

    def __init__(
        self,
        kind: Kind,
        name: str,
        file: File,
        node: Node | None,
        *,
        receiver: str = "",
        index: int = 0,
        iota: int = 0,
        values: Node | None = None,
    ) -> None:
        """Take what a declaration says; without its node, `file` is a piece that declares nothing else."""
        self.kind = kind
        self.name = name
        self.file = file
        self._node = node
        self.receiver = receiver
        self.index = index
        self.iota = iota
        self.values = values
        self.cache: object = None
        self._function: tuple[Tree | None, Function | None] | None = None

    @property
    def node(self) -> Node:
        """Its function_declaration, method_declaration, type_spec, type_alias, var_spec, const_spec and so on."""
        if self._node is None:
            self._node = self.file.first_declaration
        return self._node

    @property
    def is_alias(self) -> bool:
        """Whether it is another name for a type; what the bytes take for a type is none."""
        return self._node is not None and self._node.kind_id == syntax.TYPE_ALIAS

    @property
    def shape(self) -> Shape:
        """Whether it is a type that is spelled out as a struct or interface, as far as the bytes tell."""
        is_told = self._node is None and self.kind == "type"
        return written_shape(self.file.data, self.file.start) if is_told else ""

    def may_mention(self, name: str) -> bool:
        """Whether what it declares may hold a name: a look at the bytes."""
        return self._node is not None or self.file.may_mention(name.encode())

    @property
    def package(self) -> Package:
        """The package that declares it."""
        return self.file.package

    @property
    def function(self) -> Function | None:
        """The Function of a func or method; None for what has no source but a signature in the snapshot."""
        tree = self.file.whole.tree
        known = self._function
        if known is None or known[0] is not tree:
            has_one = self.kind in ("func", "method") and not self.package.is_snapshot
            start = self._node.start_byte if self._node is not None else self.file.start
            found = self.file.function_from(start) if has_one else None
            known = self._function = (self.file.whole.tree, found)
        return known[1]

    @property
    def symbol(self) -> str:
        """Its name with its package path: "os.Open", "os.File.Close"."""
        prefix = f"{self.receiver}." if self.receiver else ""
        return f"{self.package.key}.{prefix}{self.name}"

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.kind} {self.symbol}>"


class Function:
    """A top-level function or method declaration; `receiver_type` is the name of a method's type, else "".

    It lies between the bytes `start` and `end`, with nothing but comments and other declarations behind it there.
    """

    __slots__ = ("_node", "cache", "end", "file", "name", "receiver_type", "start")

    def __init__(
        self, file: File, name: str, receiver_type: str, start: int, end: int, node: Node | None = None
    ) -> None:
        """Take what is known of it; without its node it is parsed when somebody looks at that."""
        self.file = file
        self.name = f"{receiver_type}.{name}" if receiver_type else name
        self.receiver_type = receiver_type
        self.start = start
        self.end = end
        self._node = node
        self.cache: dict[str, object] = {}

    @property
    def node(self) -> Node:
        """Its declaration."""
        if self._node is None:
            self._node = self.file.declaration(self.start)
        return self._node

    @property
    def body(self) -> Node | None:
        """Its block; None for a function without one (assembly, linkname)."""
        return self.node.child_by_field_id(syntax.F_BODY)

    @property
    def symbol(self) -> str:
        """Its name with its package path: "os.Open", "os.File.Close"."""
        return f"{self.file.package.key}.{self.name}"

    @property
    def has_error(self) -> bool:
        """Whether it holds a syntax error."""
        return self.node.has_error

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<function {self.symbol}>"
