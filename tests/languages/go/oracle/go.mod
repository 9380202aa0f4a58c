module leakfix/tests/oracle

go 1.24
