// Command go_std_snapshot writes one stub Go file a standard library package: the exported declarations and the
// unexported ones they reach, without bodies, comments and values that no type depends on. leakfix reads the stubs like
// any package, by byte searches for a declaration at the start of a line; so every declaration is on its own, methods
// have receivers without names, and continuation lines start with a tab or a closing brace.
//
// Usage: go run . DIRECTORY
//
// It writes what the running toolchain's GOROOT declares for linux/amd64 without cgo, and since.txt: the release that
// introduced each function, type and method, from GOROOT/api.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/build"
	"go/constant"
	"go/format"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(directory string) error {
	build.Default.GOOS, build.Default.GOARCH, build.Default.CgoEnabled = "linux", "amd64", false
	paths, err := publicPackages()
	if err != nil {
		return err
	}
	load := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range paths {
		if path == "unsafe" {
			if err := write(directory, path, []byte(unsafeStub)); err != nil {
				return err
			}
			continue
		}
		pkg, err := load.Import(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		source, err := newStub(pkg).source()
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := write(directory, path, source); err != nil {
			return err
		}
	}
	return writeSince(directory)
}

// publicPackages lists what other modules can import.
func publicPackages() ([]string, error) {
	list := exec.Command("go", "list", "std")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		return nil, err
	}
	var public []string
	for _, path := range strings.Fields(string(out)) {
		parts := strings.Split(path, "/")
		if parts[0] == "vendor" || slices.Contains(parts, "internal") || path == "builtin" {
			continue
		}
		public = append(public, path)
	}
	return public, nil
}

func write(directory, path string, source []byte) error {
	file := filepath.Join(directory, filepath.FromSlash(path)+".go")
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, source, 0o644))
}

// Pointer is a basic type to leakfix; the functions are built in and have no Go signature, these come closest.
const unsafeStub = `package unsafe

type ArbitraryType int
type IntegerType int
type Pointer *ArbitraryType

func Add(ptr Pointer, len int) Pointer
func Alignof(x any) uintptr
func Offsetof(x any) uintptr
func Sizeof(x any) uintptr
func Slice[T any](ptr *T, len int) []T
func SliceData[T any](slice []T) *T
func String(ptr *byte, len int) string
func StringData(str string) *byte
`

// stub collects the declarations of one package.
type stub struct {
	pkg     *types.Package
	imports map[string]string // path -> local name
	taken   map[string]bool
	wanted  []*types.TypeName // unexported types that exported ones reach
	seen    map[types.Object]bool
	hidden  map[string]bool // unexported methods that interfaces ask for
	types   []string
	rest    []string
}

func newStub(pkg *types.Package) *stub {
	return &stub{
		pkg: pkg, imports: map[string]string{}, taken: map[string]bool{}, seen: map[types.Object]bool{},
		hidden: map[string]bool{},
	}
}

func (s *stub) source() ([]byte, error) {
	s.findHidden()
	scope := s.pkg.Scope()
	for _, name := range scope.Names() {
		if token.IsExported(name) {
			s.declare(scope.Lookup(name))
		}
	}
	for len(s.wanted) > 0 {
		next := s.wanted[0]
		s.wanted = s.wanted[1:]
		s.declare(next)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "package %s\n\n", s.pkg.Name())
	paths := make([]string, 0, len(s.imports))
	for path := range s.imports {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		if name := s.imports[path]; name != lastElement(path) {
			fmt.Fprintf(&out, "import %s %q\n", name, path)
		} else {
			fmt.Fprintf(&out, "import %q\n", path)
		}
	}
	for _, declaration := range slices.Concat(s.types, s.rest) {
		out.WriteString("\n" + declaration)
	}
	out.WriteString("\n")
	return format.Source(out.Bytes())
}

func lastElement(path string) string {
	return path[strings.LastIndex(path, "/")+1:]
}

func (s *stub) findHidden() {
	scope := s.pkg.Scope()
	for _, name := range scope.Names() {
		object, ok := scope.Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		if face, ok := object.Type().Underlying().(*types.Interface); ok {
			for method := range face.Methods() {
				if !method.Exported() {
					s.hidden[method.Name()] = true
				}
			}
		}
	}
}

func (s *stub) declare(object types.Object) {
	if s.seen[object] {
		return
	}
	s.seen[object] = true
	switch object := object.(type) {
	case *types.Const:
		s.rest = append(s.rest, s.constant(object))
	case *types.Var:
		s.rest = append(s.rest, fmt.Sprintf("var %s %s", object.Name(), s.typeString(object.Type())))
	case *types.Func:
		s.rest = append(s.rest, "func "+object.Name()+s.signature(object.Signature()))
	case *types.TypeName:
		s.typeName(object)
	}
}

func (s *stub) constant(object *types.Const) string {
	kind := ""
	if basic, ok := object.Type().(*types.Basic); !ok || basic.Info()&types.IsUntyped == 0 {
		kind = " " + s.typeString(object.Type())
	}
	return fmt.Sprintf("const %s%s = %s", object.Name(), kind, literal(object))
}

// literal spells a constant's value so that an untyped constant keeps its kind.
func literal(object *types.Const) string {
	value := object.Val()
	basic := object.Type().Underlying().(*types.Basic)
	switch {
	case basic.Kind() == types.UntypedRune:
		r, _ := constant.Int64Val(value)
		return strconv.QuoteRuneToASCII(rune(r))
	case basic.Info()&types.IsFloat != 0:
		text := constant.ToFloat(value).String()
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text
	default:
		return value.ExactString()
	}
}

func (s *stub) typeName(object *types.TypeName) {
	if object.IsAlias() {
		target := object.Type()
		parameters := ""
		if alias, ok := target.(*types.Alias); ok {
			target = alias.Rhs()
			parameters = s.typeParameters(alias.TypeParams())
		}
		s.types = append(s.types, fmt.Sprintf("type %s%s = %s", object.Name(), parameters, s.typeString(target)))
		return
	}
	named := object.Type().(*types.Named)
	head := "type " + object.Name() + s.typeParameters(named.TypeParams()) + " "
	s.types = append(s.types, head+s.underlying(named))
	var methods []*types.Func
	for method := range named.Methods() {
		if method.Exported() || s.hidden[method.Name()] {
			methods = append(methods, method)
		}
	}
	slices.SortFunc(methods, func(a, b *types.Func) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, method := range methods {
		receiver := object.Name() + receiverParameters(method.Signature())
		if _, ok := method.Signature().Recv().Type().(*types.Pointer); ok {
			receiver = "*" + receiver
		}
		s.types = append(s.types, fmt.Sprintf("func (%s) %s%s", receiver, method.Name(), s.signature(method.Signature())))
	}
}

// receiverParameters spells the names that a method gives its type's parameters.
func receiverParameters(signature *types.Signature) string {
	if signature.RecvTypeParams().Len() == 0 {
		return ""
	}
	var names []string
	for parameter := range signature.RecvTypeParams().TypeParams() {
		names = append(names, parameter.Obj().Name())
	}
	return "[" + strings.Join(names, ", ") + "]"
}

func (s *stub) underlying(named *types.Named) string {
	switch under := named.Underlying().(type) {
	case *types.Struct:
		var out strings.Builder
		out.WriteString("struct {\n")
		for field := range under.Fields() {
			switch {
			case field.Embedded():
				fmt.Fprintf(&out, "\t%s\n", s.typeString(field.Type()))
			case field.Exported():
				fmt.Fprintf(&out, "\t%s %s\n", field.Name(), s.typeString(field.Type()))
			}
		}
		out.WriteString("}")
		return out.String()
	case *types.Interface:
		var out strings.Builder
		out.WriteString("interface {\n")
		for embedded := range under.EmbeddedTypes() {
			fmt.Fprintf(&out, "\t%s\n", s.typeString(embedded))
		}
		for method := range under.ExplicitMethods() {
			fmt.Fprintf(&out, "\t%s%s\n", method.Name(), s.signature(method.Signature()))
		}
		out.WriteString("}")
		return out.String()
	default:
		return s.typeString(under)
	}
}

func (s *stub) typeParameters(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	var parts []string
	for parameter := range list.TypeParams() {
		parts = append(parts, parameter.Obj().Name()+" "+s.typeString(parameter.Constraint()))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (s *stub) signature(signature *types.Signature) string {
	plain := types.NewSignatureType(nil, nil, nil, signature.Params(), signature.Results(), signature.Variadic())
	return s.typeParameters(signature.TypeParams()) + strings.TrimPrefix(s.typeString(plain), "func")
}

func (s *stub) typeString(t types.Type) string {
	s.reach(t, map[types.Type]bool{})
	return types.TypeString(t, s.qualify)
}

// qualify names an imported package, the same name for no two of them.
func (s *stub) qualify(pkg *types.Package) string {
	if pkg == s.pkg {
		return ""
	}
	name, ok := s.imports[pkg.Path()]
	if !ok {
		name = pkg.Name()
		for suffix := 2; s.taken[name] || s.pkg.Scope().Lookup(name) != nil; suffix++ {
			name = pkg.Name() + strconv.Itoa(suffix)
		}
		s.taken[name] = true
		s.imports[pkg.Path()] = name
	}
	return name
}

// reach finds the unexported types of this package in a type that is about to be written.
func (s *stub) reach(t types.Type, seen map[types.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		s.want(t.Obj())
		for argument := range t.TypeArgs().Types() {
			s.reach(argument, seen)
		}
	case *types.Alias:
		s.want(t.Obj())
		for argument := range t.TypeArgs().Types() {
			s.reach(argument, seen)
		}
	case interface{ Elem() types.Type }:
		if table, ok := t.(*types.Map); ok {
			s.reach(table.Key(), seen)
		}
		s.reach(t.Elem(), seen)
	case *types.Signature:
		s.reach(t.Params(), seen)
		s.reach(t.Results(), seen)
	case *types.Tuple:
		for variable := range t.Variables() {
			s.reach(variable.Type(), seen)
		}
	case *types.Struct:
		for field := range t.Fields() {
			s.reach(field.Type(), seen)
		}
	case *types.Interface:
		for method := range t.ExplicitMethods() {
			s.reach(method.Signature(), seen)
		}
		for embedded := range t.EmbeddedTypes() {
			s.reach(embedded, seen)
		}
	case *types.Union:
		for term := range t.Terms() {
			s.reach(term.Type(), seen)
		}
	}
}

func (s *stub) want(object *types.TypeName) {
	if object.Pkg() == s.pkg && !object.Exported() {
		s.wanted = append(s.wanted, object)
	}
}
