"""What names say by custom, where neither a body nor a model tells: who makes, who releases, who takes over, who looks.

Names are read word by word: `git_buf_free` and `swString_dup` are three words each.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_RELEASES: Final = frozenset(
    (
        *("free", "freep", "freez", "freepa", "delete", "destroy", "destory", "release", "close", "dispose", "unref"),
        *("dealloc", "deallocate", "cleanup", "fini", "deinit", "dtor", "discard", "uninit", "destruct", "decref"),
    )
)
_VALUE_RELEASES: Final = frozenset((*_RELEASES, "term", "wipe"))
"""Words of functions that release what a struct holds, not the struct."""
_NO_RELEASE: Final = frozenset(
    (
        *("on", "handle", "handler", "set", "get", "is", "has", "cb", "callback", "exec", "notify", "send", "write"),
        *("flush", "commit", "push", "add", "print", "log", "finish", "done", "end", "schedule", "try", "need"),
        *("should", "can", "later", "deferred", "defer", "register", "wait", "func", "fn", "hook", "event", "return"),
    )
)
_GIVES_AWAY: Final = frozenset(
    (
        *("register", "submit", "enqueue", "schedule", "spawn", "start", "run", "post", "dispatch", "detach", "attach"),
        *(
            "link",
            "queue",
            "publish",
            "install",
            "activate",
            "launch",
            "async",
            "aio",
            "defer",
            "ref",
            "retain",
            "addref",
        ),
        *("incref", "reference", "give", "transfer", "return", "handover", "reuse", "recycle", "begin", "serve"),
        *("steal", "move", "swap", "exchange", "share", "adopt", "own", "exec", "emit", "deliver", "forward"),
        *("restore", "throw", "rethrow", "raise", "complete", "finalize", "drop"),
    )
)
_TAKES: Final = frozenset(
    (
        *_GIVES_AWAY,
        *("add", "push", "put", "set", "insert", "append", "prepend", "store", "save", "assign", "take", "join"),
        *("hook", "subscribe", "consume", "replace", "cache", "keep", "track", "emplace", "manage", "watch", "monitor"),
        *("handle", "handler", "process", "accept", "enter", "upsert", "offer", "import"),
    )
)
_MAY_TAKE: Final = frozenset(
    (
        *("new", "create", "make", "from", "init", "open", "fdopen", "connect", "setup", "build", "construct", "alloc"),
        *("poll", "call", "invoke", "with", "ctor", "load", "mount", "map", "update", "enable", "configure", "hash"),
        *("list", "bind", "wrap", "to", "into", "as"),
    )
)
"""Words that tell nothing: what is made from something may take it over."""
_GUARDS: Final = frozenset(("auto", "autofree", "scoped", "guard", "defer", "scope", "raii", "finally", "onexit"))
"""Words of macros that see to it that something happens to a variable where its scope ends."""
_LOOKS: Final = frozenset(
    (
        *("print", "printf", "dump", "log", "trace", "debug", "warn", "warning", "error", "is", "has", "check"),
        *("validate", "verify", "compare", "cmp", "equal", "equals", "eq", "len", "length", "size", "count"),
        *(
            "memcpy",
            "memzero",
            "memmove",
            "zero",
            "bzero",
            "memcmp",
            "strcmp",
            "strncmp",
            "strlen",
            "cpymem",
            "cpystrn",
        ),
        *("format", "encode", "checksum", "crc", "qsort", "sort", "explicit", "strlcpy", "snprintf", "sprintf"),
    )
)
_CHECKS: Final = frozenset(("check", "assert", "verify", "expect", "require", "likely", "unlikely"))
"""Words of macros that test what they are given."""
_LOOKS_AT_DESCRIPTORS: Final = frozenset(
    (
        *_LOOKS,
        *("read", "readn", "write", "writen", "send", "sendto", "recv", "get", "set", "bind", "listen", "connect"),
        *("stat", "fstat", "seek", "lseek", "sync", "fsync", "lock", "unlock", "flock", "truncate", "wait", "test"),
        *(
            "nonblock",
            "nonblocking",
            "cloexec",
            "option",
            "opt",
            "sockopt",
            "flush",
            "copy",
            "chmod",
            "chown",
            "readbuffer",
        ),
        *("ioctl", "fcntl", "block", "blocking", "timeout", "nodelay", "isatty", "fill", "info", "type"),
    )
)
_MAKES: Final[dict[str, tuple[str, ...]]] = {
    "malloc": ("free",),
    "calloc": ("free",),
    "zalloc": ("free",),
    "mallocz": ("free",),
    "callocz": ("free",),
    "alloc": ("free", "dealloc", "release"),
    "allocate": ("free", "deallocate", "release"),
    "strdup": ("free",),
    "strndup": ("free",),
    "memdup": ("free",),
    "dup": ("free", "destroy", "release", "delete", "unref"),
    "duplicate": ("free", "destroy", "release", "delete"),
    "clone": ("free", "destroy", "release", "delete", "unref"),
    "new": ("free", "delete", "destroy", "release", "unref", "close", "dispose"),
    "create": ("destroy", "free", "delete", "release", "close", "dispose", "unref"),
    "open": ("close", "free"),
    "fopen": ("fclose", "close"),
    "opendir": ("closedir",),
}
"""The words of functions that make something, and those of the functions that undo it."""
_MAKING: Final = frozenset(_MAKES)
_BLOCKS: Final = frozenset(("malloc", "calloc", "zalloc", "mallocz", "callocz", "strdup", "strndup", "memdup"))
_BORROWED: Final = frozenset(
    (
        *("alloca", "palloc", "pcalloc", "pnalloc", "pstrdup", "arena", "autorelease", "static", "cached", "cache"),
        *("singleton", "instance", "tmp", "temp", "borrow", "peek", "weak", "weakptr", "const", "shared", "gc", "slab"),
        *("obstack", "region", "zone", "talloc", "reuse", "lookup", "find", "get"),
    )
)
"""Words of functions whose results belong to somebody else: a pool, a cache, another object."""
_POOLS: Final = frozenset(("pool", "arena", "region", "zone", "slab", "heap", "mempool", "memcontext"))
_WEAK: Final = frozenset(("weak", "weakptr", "weakref", "peek", "borrow", "borrowed"))
_READS: Final = frozenset(("read", "readn", "fread", "pread", "recv", "receive", "recvfrom"))
_BAD: Final = frozenset(
    ("err", "error", "errno", "fail", "failed", "failure", "invalid", "throw", "rethrow", "abort", "bad", "denied")
)
_GOOD: Final = frozenset(("ok", "success", "done", "true", "yes"))
_ERRNO: Final = re.compile(r"E[A-Z0-9]{2,}")
_MORE_LETTERS: Final = ("malloc", "calloc", "zalloc", "strdup", "strndup", "memdup", "free")


@lru_cache(maxsize=16384)
def words(name: str) -> tuple[str, ...]:
    """The words that a name is made of, in small letters, without the classes and namespaces before it."""
    found = [word.lower() for word in _WORD.findall(name.rpartition("::")[2])]
    if any(word.endswith(_MORE_LETTERS) for word in found):
        return tuple(part for word in found for part in _parted(word))
    return tuple(found)


def _parted(word: str) -> tuple[str, ...]:
    """`xmalloc` is an `x` and a `malloc`."""
    for ending in _MORE_LETTERS:
        if word.endswith(ending) and 0 < len(word) - len(ending) <= 2:
            return (word[: -len(ending)], ending)
    return (word,)


def says_release(name: str, *, of_value: bool = False) -> bool:
    """Whether a name says that the function releases what it is given, or what a struct that it is given holds."""
    found = words(name)
    known = _VALUE_RELEASES if of_value else _RELEASES
    return not known.isdisjoint(found) and _NO_RELEASE.isdisjoint(found)


def takes(name: str) -> bool:
    """Whether a name says that the function may take over what it is given."""
    return not _TAKES.isdisjoint(words(name)) or says_release(name)


def gives_away(name: str) -> bool:
    """Whether a name says that a method may give away the object that it is called on."""
    found = words(name)
    return not _GIVES_AWAY.isdisjoint(found) or not _RELEASES.isdisjoint(found)


def guards(name: str) -> bool:
    """Whether a name says that something happens to a variable where its scope ends."""
    return not _GUARDS.isdisjoint(words(name))


def converts(name: str) -> bool:
    """Whether a name says that a method makes something else of its object, which may take it over."""
    return not {"to", "into", "as", "wrap"}.isdisjoint(words(name))


def only_looks(name: str, *, at_descriptor: bool = False) -> bool:
    """Whether a name says that the function only looks at what it is given."""
    found = words(name)
    if name.isupper() and not _CHECKS.isdisjoint(found):
        return True
    looks = _LOOKS_AT_DESCRIPTORS if at_descriptor else _LOOKS
    if at_descriptor:
        others = (_TAKES | _MAY_TAKE) - _LOOKS_AT_DESCRIPTORS
        return not looks.isdisjoint(found) and others.isdisjoint(found) and not says_release(name)
    return not looks.isdisjoint(found) and not takes(name) and _MAY_TAKE.isdisjoint(found)


def is_allocation_check(name: str) -> bool:
    """Whether the name of a macro says that it looks whether memory could be allocated: `CHECK_ALLOC(p)`."""
    return name.isupper() and not {"alloc", "malloc", "mem", "memory", "oom"}.isdisjoint(words(name))


def reads_into(name: str) -> bool:
    """Whether a function fills a buffer of the caller with what it reads, by its name."""
    return not _READS.isdisjoint(words(name)) and not takes(name)


def tells_failure(name: str) -> bool | None:
    """Whether the name of a constant, or of what is called to return, tells of a failure; None when of neither."""
    found = words(name)
    if not _GOOD.isdisjoint(found):
        return False
    if not _BAD.isdisjoint(found):
        return True
    return True if _ERRNO.fullmatch(name) else None


def is_lending(name: str) -> bool:
    """Whether what a function gives belongs to somebody else by its name."""
    return not _BORROWED.isdisjoint(words(name))


def is_pool(name: str) -> bool:
    """Whether a name is that of something that owns all that is made in it."""
    return not _POOLS.isdisjoint(words(name))


def is_weak(name: str) -> bool:
    """Whether a name says outright that what a function gives is not the caller's."""
    return not _WEAK.isdisjoint(words(name))


def is_making(name: str) -> bool:
    """Whether a name says that the function makes what it gives."""
    return not _MAKING.isdisjoint(words(name)) and not is_lending(name)


def is_allocator(name: str) -> bool:
    """Whether a name says that the function gives a block of memory, as `malloc` and `strdup` do."""
    return not _BLOCKS.isdisjoint(words(name)) and not is_lending(name)


def is_opening(name: str) -> bool:
    """Whether a name says that the function opens something that a number stands for."""
    found = words(name)
    return ("open" in found or {"socket", "create"} <= {*found}) and not is_lending(name)


def counterparts(name: str) -> Iterator[str]:
    """The names that what undoes a function may have, if it is named after it, the likeliest first.

    The word that says what the function does is exchanged, in the case that it has; words behind it may be missing.
    """
    last = name.rpartition("::")[2]
    for match in reversed(list(_WORD.finditer(last))):
        for word, start in _inner(match.group(), match.start()):
            for other in _MAKES.get(word.lower(), ()):
                spelled = _cased(word, other)
                before, behind = last[:start], last[start + len(word) :]
                yield f"{before}{spelled}{behind}"
                if behind:
                    yield f"{before}{spelled}"


def _inner(word: str, start: int) -> Iterator[tuple[str, int]]:
    yield word, start
    for ending in _MORE_LETTERS:
        if word.lower().endswith(ending) and 0 < len(word) - len(ending) <= 2:
            yield word[-len(ending) :], start + len(word) - len(ending)


def _cased(like: str, word: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def releases_of_type(type_name: str) -> Iterator[str]:
    """The names that the function may have that ends an object of a type: `git_buf_free`, `strbuf_release`."""
    stem = type_name.removeprefix("struct ").removesuffix("_t")
    return (f"{stem}{ending}" for ending in _TYPE_ENDINGS)


def types_released(names: Iterable[bytes]) -> frozenset[bytes]:
    """The types, with others, of which one of some names may be that of the function that ends an object of them.

    It holds every type of which `releases_of_type` gives one of the names.
    """
    stems = [
        name[: -len(ending)]
        for name in names
        if name.endswith(_TYPE_ENDINGS_BYTES)
        for ending in _TYPE_ENDINGS_BYTES
        if name.endswith(ending)
    ]
    return frozenset((*stems, *(b"%b_t" % stem for stem in stems)))


_TYPE_ENDINGS: Final = (
    *(
        f"{joint}{word}"
        for word in (
            *("free", "release", "destroy", "dispose", "clear", "close"),
            *("delete", "unref", "cleanup", "fini", "term"),
        )
        for joint in ("_", "__")
    ),
    *(f"{joint}{word}" for word in ("Free", "Destroy", "Release", "Close", "Delete") for joint in ("", "_")),
)
_TYPE_ENDINGS_BYTES: Final = tuple(ending.encode() for ending in _TYPE_ENDINGS)


def belongs_to(function: str, type_name: str) -> bool:
    """Whether a function's name says that it is a method of a type: all words of the type stand in it."""
    own = [word for word in words(type_name) if word not in _NO_TYPE_WORDS]
    return bool(own) and set(own) <= set(words(function)) and len(function) > len(own[0])


_NO_TYPE_WORDS: Final = frozenset(("t", "s", "struct", "ptr", "type"))
