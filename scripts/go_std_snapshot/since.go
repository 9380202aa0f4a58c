package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// oldest is the first release whose additions since.txt tells; code that needs less runs on every toolchain in use.
const oldest = 16

// writeSince writes "1.21 bytes ContainsFunc" lines: what each release added to each package, from GOROOT/api. Methods
// are spelled "Type.Method"; a package that is new in a release has a "*" alone.
func writeSince(directory string) error {
	var out strings.Builder
	known := map[string]bool{}
	for minor := 0; ; minor++ {
		file := filepath.Join(runtime.GOROOT(), "api", strings.Replace(fmt.Sprintf("go1.%d.txt", minor), ".0", "", 1))
		data, err := os.ReadFile(file)
		if err != nil {
			break
		}
		added := map[string][]string{}
		for line := range strings.Lines(string(data)) {
			if path, name := feature(line); name != "" && !known[path+"."+name] {
				known[path+"."+name] = true
				added[path] = append(added[path], name)
			}
		}
		for path := range added {
			if !known[path] {
				added[path] = []string{"*"}
			}
			known[path] = true
		}
		if minor < oldest {
			continue
		}
		paths := make([]string, 0, len(added))
		for path := range added {
			paths = append(paths, path)
		}
		slices.Sort(paths)
		for _, path := range paths {
			slices.Sort(added[path])
			fmt.Fprintf(&out, "1.%d %s %s\n", minor, path, strings.Join(slices.Compact(added[path]), " "))
		}
	}
	return os.WriteFile(filepath.Join(directory, "since.txt"), []byte(out.String()), 0o644)
}

// feature reads one line of an API file, such as "pkg os, method (*Root) Close() error #67002".
func feature(line string) (path, name string) {
	head, rest, ok := strings.Cut(strings.TrimPrefix(line, "pkg "), ", ")
	if !ok || strings.Contains(head, " ") || strings.HasPrefix(head, "syscall") || strings.HasPrefix(head, "debug/") {
		return "", ""
	}
	word, rest, _ := strings.Cut(rest, " ")
	switch word {
	case "func":
		return head, identifier(rest)
	case "var", "const":
		return head, identifier(rest)
	case "type":
		if strings.Contains(rest, ", ") && !strings.Contains(rest, "interface {") {
			return "", ""
		}
		return head, identifier(rest)
	case "method":
		receiver, method, ok := strings.Cut(rest, ") ")
		if !ok {
			return "", ""
		}
		return head, identifier(strings.TrimLeft(receiver, "(*")) + "." + identifier(method)
	}
	return "", ""
}

func identifier(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		return text
	}
	return text[:end]
}
