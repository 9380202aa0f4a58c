"""The language-neutral control-flow graph, its events and the worklist solver."""
