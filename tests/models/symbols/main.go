// Symbols prints the types, functions and methods of Go packages as they really are, one JSON object a line.
//
// Usage: symbols [package...] for the standard library of the running toolchain, or
// symbols -module path=dir [package...] with a downloaded module; imports that are not there stay unknown.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Symbol is what one line of output says.
type Symbol struct {
	Symbol   string   `json:"symbol"`
	Type     bool     `json:"type"`
	Params   []string `json:"params"`
	Results  []string `json:"results"`
	Methods  []calls  `json:"methods"`  // of each result
	Receiver calls    `json:"receiver"` // of the receiver, or of a type
	Variadic bool     `json:"variadic"`
}

// calls holds what can be called on a value, with the types of the parameters: a method, "Field.Method", or "()" for the
// value itself.
type calls map[string][]string

// world type-checks packages from source, without their function bodies.
type world struct {
	set     *token.FileSet
	modules map[string]string // module path to directory
	done    map[string]*types.Package
}

func (w *world) directory(path string) (string, bool) {
	longest, found := "", ""
	for module, dir := range w.modules {
		if (path == module || strings.HasPrefix(path, module+"/")) && len(module) > len(longest) {
			longest, found = module, filepath.Join(dir, strings.TrimPrefix(path, module))
		}
	}
	if found != "" {
		return found, true
	}
	for _, dir := range []string{"src", "src/vendor"} {
		dir = filepath.Join(build.Default.GOROOT, dir, path)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, true
		}
	}
	return "", false
}

// Import makes world a types.Importer.
func (w *world) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p, ok := w.done[path]; ok {
		if p == nil {
			return nil, fmt.Errorf("no source of %s", path)
		}
		return p, nil
	}
	w.done[path] = nil
	dir, ok := w.directory(path)
	if !ok {
		return nil, fmt.Errorf("no source of %s", path)
	}
	context := build.Default
	context.CgoEnabled = false
	found, err := context.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range found.GoFiles {
		file, err := parser.ParseFile(w.set, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	config := types.Config{Importer: w, IgnoreFuncBodies: true, FakeImportC: true, Error: func(error) {}}
	p, _ := config.Check(path, w.set, files, nil)
	w.done[path] = p
	return p, nil
}

func name(t types.Type) string { return types.TypeString(t, nil) }

func names(t *types.Tuple) []string {
	found := []string{}
	for i := range t.Len() {
		found = append(found, name(t.At(i).Type()))
	}
	return found
}

// exported collects the exported methods of a value and, down to the given depth, of its exported fields.
func exported(t types.Type, prefix string, depth int, found calls) calls {
	if signature, ok := t.Underlying().(*types.Signature); ok && prefix == "" {
		found["()"] = names(signature.Params())
	}
	set := types.NewMethodSet(t)
	if named, ok := types.Unalias(t).(*types.Named); ok && !types.IsInterface(named) {
		set = types.NewMethodSet(types.NewPointer(t))
	}
	for i := range set.Len() {
		if method := set.At(i).Obj(); method.Exported() {
			found[prefix+method.Name()] = names(set.At(i).Type().(*types.Signature).Params())
		}
	}
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if s, ok := t.Underlying().(*types.Struct); ok && depth > 0 {
		for i := range s.NumFields() {
			field := s.Field(i)
			if field.Exported() {
				exported(field.Type(), prefix+field.Name()+".", depth-1, found)
			}
			if inner, ok := field.Type().Underlying().(*types.Struct); ok && field.Embedded() {
				for j := range inner.NumFields() {
					if field := inner.Field(j); field.Exported() {
						exported(field.Type(), prefix+field.Name()+".", depth-1, found)
					}
				}
			}
		}
	}
	return found
}

func function(symbol string, signature *types.Signature) Symbol {
	f := Symbol{
		Symbol:   symbol,
		Params:   names(signature.Params()),
		Results:  names(signature.Results()),
		Methods:  []calls{},
		Variadic: signature.Variadic(),
	}
	for i := range signature.Results().Len() {
		f.Methods = append(f.Methods, exported(signature.Results().At(i).Type(), "", 1, calls{}))
	}
	return f
}

func list(p *types.Package, print func(Symbol)) {
	for _, top := range p.Scope().Names() {
		switch object := p.Scope().Lookup(top).(type) {
		case *types.Func:
			print(function(p.Path()+"."+top, object.Signature()))
		case *types.Var:
			if signature, ok := object.Type().Underlying().(*types.Signature); ok {
				print(function(p.Path()+"."+top, signature))
			}
		case *types.TypeName:
			t := object.Type()
			if !types.IsInterface(t) {
				t = types.NewPointer(t)
			}
			receiver := exported(object.Type(), "", 1, calls{})
			print(Symbol{Symbol: p.Path() + "." + top, Type: true, Receiver: receiver})
			set := types.NewMethodSet(t)
			for i := range set.Len() {
				method := set.At(i).Obj().(*types.Func)
				f := function(p.Path()+"."+top+"."+method.Name(), method.Signature())
				f.Receiver = receiver
				print(f)
			}
		}
	}
}

func main() {
	modules := map[string]string{}
	flag.Func("module", "path=directory of a module", func(value string) error {
		path, dir, ok := strings.Cut(value, "=")
		if !ok {
			return fmt.Errorf("expected path=directory")
		}
		modules[path] = dir
		return nil
	})
	flag.Parse()
	w := &world{token.NewFileSet(), modules, map[string]*types.Package{}}
	encoder := json.NewEncoder(os.Stdout)
	packages := flag.Args()
	sort.Strings(packages)
	for _, path := range packages {
		p, err := w.Import(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		list(p, func(f Symbol) {
			if err := encoder.Encode(f); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		})
	}
}
