// Command oracle type-checks packages with go/types and prints what it found about their expressions, for leakfix's
// own inference to be held against: one line a fact, tab separated:
//
//	F path                                  the following facts are about this file
//	E start end kinds constant type         an expression; kinds: c call, r receiver of a method call, o other operand
//	                                        of a selector, v assigned or returned value
//	C start end symbol                      what a call calls: a symbol, "builtin NAME", "conversion" or "value"
//
// Usage: oracle DIRECTORY PATTERN...   (patterns as for go list, resolved in the directory)
//
// Types are spelled with full package paths, aliases resolved, without parameter names, byte as uint8 and rune as int32.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: oracle DIRECTORY PATTERN...")
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	err := errors.Join(run(out, os.Args[1], os.Args[2:]), out.Flush())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// listed is what go list tells about a package.
type listed struct {
	Dir        string
	ImportPath string
	GoFiles    []string
	ImportMap  map[string]string
	DepOnly    bool
}

func run(out io.Writer, directory string, patterns []string) error {
	list := exec.Command("go", append([]string{"list", "-deps", "-json=Dir,ImportPath,GoFiles,ImportMap,DepOnly"}, patterns...)...)
	list.Dir = directory
	list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	list.Stderr = os.Stderr
	stdout, err := list.Output()
	if err != nil {
		return err
	}
	checker := &checker{fset: token.NewFileSet(), done: map[string]*types.Package{"unsafe": types.Unsafe}}
	for decoder := json.NewDecoder(strings.NewReader(string(stdout))); ; {
		var pkg listed
		if err := decoder.Decode(&pkg); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if pkg.ImportPath == "unsafe" {
			continue
		}
		if err := checker.check(out, pkg); err != nil {
			return fmt.Errorf("%s: %w", pkg.ImportPath, err)
		}
	}
}

// checker type-checks packages in the order of their dependencies.
type checker struct {
	fset    *token.FileSet
	done    map[string]*types.Package
	renamed map[string]string
}

func (c *checker) Import(path string) (*types.Package, error) {
	if actual, ok := c.renamed[path]; ok {
		path = actual
	}
	if pkg := c.done[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s was not listed", path)
}

func (c *checker) check(out io.Writer, pkg listed) error {
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(c.fset, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	info := &types.Info{}
	if !pkg.DepOnly {
		info.Types = map[ast.Expr]types.TypeAndValue{}
		info.Uses = map[*ast.Ident]types.Object{}
		info.Selections = map[*ast.SelectorExpr]*types.Selection{}
	}
	c.renamed = pkg.ImportMap
	config := types.Config{Importer: c, IgnoreFuncBodies: pkg.DepOnly, Sizes: types.SizesFor("gc", "amd64"), FakeImportC: true}
	checked, err := config.Check(pkg.ImportPath, c.fset, files, info)
	if err != nil {
		return err
	}
	c.done[pkg.ImportPath] = checked
	if pkg.DepOnly {
		return nil
	}
	for _, file := range files {
		reporter := &reporter{out: out, info: info, file: c.fset.File(file.FileStart), kinds: map[ast.Expr]string{}}
		fmt.Fprintf(out, "F\t%s\n", reporter.file.Name())
		ast.Inspect(file, reporter.collect)
		ast.Inspect(file, reporter.report)
	}
	return nil
}

// reporter prints the facts of one file.
type reporter struct {
	out   io.Writer
	info  *types.Info
	file  *token.File
	kinds map[ast.Expr]string
}

func (r *reporter) mark(expr ast.Expr, kind string) {
	if expr != nil && !strings.Contains(r.kinds[expr], kind) {
		r.kinds[expr] += kind
	}
}

func (r *reporter) collect(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.CallExpr:
		r.mark(node, "c")
		if selector, ok := ast.Unparen(node.Fun).(*ast.SelectorExpr); ok && r.info.Selections[selector] != nil {
			r.mark(selector.X, "r")
		}
	case *ast.SelectorExpr:
		r.mark(node.X, "o")
	case *ast.AssignStmt:
		if node.Tok == token.ASSIGN || node.Tok == token.DEFINE {
			for _, expr := range node.Rhs {
				r.mark(expr, "v")
			}
			for _, expr := range node.Lhs {
				r.mark(expr, "v")
			}
		}
	case *ast.ReturnStmt:
		for _, expr := range node.Results {
			r.mark(expr, "v")
		}
	case *ast.ValueSpec:
		for _, expr := range node.Values {
			r.mark(expr, "v")
		}
	}
	return true
}

func (r *reporter) report(node ast.Node) bool {
	expr, ok := node.(ast.Expr)
	if !ok || r.kinds[expr] == "" {
		return true
	}
	start, end := r.file.Offset(expr.Pos()), r.file.Offset(expr.End())
	if value, ok := r.info.Types[expr]; ok && value.Type != types.Typ[types.Invalid] {
		t := value.Type
		if tuple, ok := t.(*types.Tuple); ok {
			if _, isCall := ast.Unparen(expr).(*ast.CallExpr); !isCall {
				t = tuple.At(0).Type()
			}
		}
		constant := "-"
		basic, isBasic := t.(*types.Basic)
		if value.Value != nil || value.IsNil() || isBasic && basic.Info()&types.IsUntyped != 0 {
			constant = "c"
		}
		fmt.Fprintf(r.out, "E\t%d\t%d\t%s\t%s\t%s\n", start, end, r.kinds[expr], constant, typeString(t, 0))
	} else if identifier, ok := expr.(*ast.Ident); ok && identifier.Name != "_" {
		if variable, ok := r.info.Uses[identifier].(*types.Var); ok {
			fmt.Fprintf(r.out, "E\t%d\t%d\t%s\t-\t%s\n", start, end, r.kinds[expr], typeString(variable.Type(), 0))
		}
	}
	if call, ok := expr.(*ast.CallExpr); ok {
		fmt.Fprintf(r.out, "C\t%d\t%d\t%s\n", start, end, r.callee(call))
	}
	return true
}

func (r *reporter) callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	if value, ok := r.info.Types[fun]; ok {
		if value.IsType() {
			return "conversion"
		}
		if value.IsBuiltin() {
			name := ""
			switch fun := fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = "unsafe." + fun.Sel.Name
			}
			return "builtin " + name
		}
	}
	switch indexed := fun.(type) {
	case *ast.IndexExpr:
		if _, generic := r.info.Types[indexed.X].Type.(*types.Signature); generic {
			fun = ast.Unparen(indexed.X)
		}
	case *ast.IndexListExpr:
		fun = ast.Unparen(indexed.X)
	}
	var object types.Object
	switch fun := fun.(type) {
	case *ast.Ident:
		object = r.info.Uses[fun]
	case *ast.SelectorExpr:
		object = r.info.Uses[fun.Sel]
	}
	if function, ok := object.(*types.Func); ok {
		return symbol(function.Origin())
	}
	return "value"
}

func symbol(function *types.Func) string {
	path := ""
	if function.Pkg() != nil {
		path = packagePath(function.Pkg()) + "."
	}
	receiver := function.Signature().Recv()
	if receiver == nil {
		return path + function.Name()
	}
	t := types.Unalias(receiver.Type())
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return path + named.Obj().Name() + "." + function.Name()
	}
	return "interface." + function.Name()
}

func packagePath(pkg *types.Package) string {
	return strings.TrimPrefix(pkg.Path(), "vendor/")
}

// typeString spells a type so that Python can spell it alike.
func typeString(t types.Type, depth int) string {
	if depth > 20 {
		return "..."
	}
	depth++
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return basicString(t)
	case *types.Named:
		name := t.Obj().Name()
		if t.Obj().Pkg() != nil {
			name = packagePath(t.Obj().Pkg()) + "." + name
		}
		if t.TypeArgs().Len() > 0 {
			var args []string
			for arg := range t.TypeArgs().Types() {
				args = append(args, typeString(arg, depth))
			}
			name += "[" + strings.Join(args, ",") + "]"
		}
		return name
	case *types.Pointer:
		return "*" + typeString(t.Elem(), depth)
	case *types.Slice:
		return "[]" + typeString(t.Elem(), depth)
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), typeString(t.Elem(), depth))
	case *types.Map:
		return "map[" + typeString(t.Key(), depth) + "]" + typeString(t.Elem(), depth)
	case *types.Chan:
		return chanString(t, depth)
	case *types.Signature:
		return "func" + signatureString(t, depth)
	case *types.Tuple:
		return tupleString(t, depth)
	case *types.TypeParam:
		return t.Obj().Name()
	case *types.Struct:
		var fields []string
		for field := range t.Fields() {
			name := field.Name() + " "
			if field.Embedded() {
				name = ""
			}
			fields = append(fields, name+typeString(field.Type(), depth))
		}
		return "struct{" + strings.Join(fields, "; ") + "}"
	case *types.Interface:
		return interfaceString(t, depth)
	case *types.Union:
		var terms []string
		for term := range t.Terms() {
			tilde := ""
			if term.Tilde() {
				tilde = "~"
			}
			terms = append(terms, tilde+typeString(term.Type(), depth))
		}
		return strings.Join(terms, " | ")
	default:
		return t.String()
	}
}

func basicString(t *types.Basic) string {
	switch t.Kind() {
	case types.Uint8:
		return "uint8"
	case types.Int32:
		return "int32"
	case types.UnsafePointer:
		return "unsafe.Pointer"
	}
	return t.Name()
}

func chanString(t *types.Chan, depth int) string {
	element := typeString(t.Elem(), depth)
	switch {
	case t.Dir() == types.SendOnly:
		return "chan<- " + element
	case t.Dir() == types.RecvOnly:
		return "<-chan " + element
	case strings.HasPrefix(element, "<-"):
		return "chan (" + element + ")"
	}
	return "chan " + element
}

func interfaceString(t *types.Interface, depth int) string {
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		return "any"
	}
	var parts []string
	for method := range t.ExplicitMethods() {
		parts = append(parts, method.Name()+signatureString(method.Signature(), depth))
	}
	for embedded := range t.EmbeddedTypes() {
		parts = append(parts, typeString(embedded, depth))
	}
	return "interface{" + strings.Join(parts, "; ") + "}"
}

func signatureString(t *types.Signature, depth int) string {
	params := tupleString(t.Params(), depth)
	if t.Variadic() {
		last := t.Params().At(t.Params().Len() - 1).Type()
		head := strings.TrimSuffix(strings.TrimSuffix(params, ")"), typeString(last, depth))
		if slice, ok := types.Unalias(last).(*types.Slice); ok {
			params = head + "..." + typeString(slice.Elem(), depth) + ")"
		}
	}
	generic := ""
	if t.TypeParams().Len() > 0 {
		generic = "[...]"
	}
	switch t.Results().Len() {
	case 0:
		return generic + params
	case 1:
		return generic + params + " " + typeString(t.Results().At(0).Type(), depth)
	}
	return generic + params + " " + tupleString(t.Results(), depth)
}

func tupleString(t *types.Tuple, depth int) string {
	var parts []string
	for variable := range t.Variables() {
		parts = append(parts, typeString(variable.Type(), depth))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
