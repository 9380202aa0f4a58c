module leakfix/scripts/go_std_snapshot

go 1.24
