package ast

import "go/token"
import "io"
import "iter"
import "reflect"

type ArrayType struct {
	Lbrack token.Pos
	Len    Expr
	Elt    Expr
}

func (*ArrayType) End() token.Pos
func (*ArrayType) Pos() token.Pos
func (*ArrayType) exprNode()

type AssignStmt struct {
	Lhs    []Expr
	TokPos token.Pos
	Tok    token.Token
	Rhs    []Expr
}

func (*AssignStmt) End() token.Pos
func (*AssignStmt) Pos() token.Pos
func (*AssignStmt) stmtNode()

type BadDecl struct {
	From token.Pos
	To   token.Pos
}

func (*BadDecl) End() token.Pos
func (*BadDecl) Pos() token.Pos
func (*BadDecl) declNode()

type BadExpr struct {
	From token.Pos
	To   token.Pos
}

func (*BadExpr) End() token.Pos
func (*BadExpr) Pos() token.Pos
func (*BadExpr) exprNode()

type BadStmt struct {
	From token.Pos
	To   token.Pos
}

func (*BadStmt) End() token.Pos
func (*BadStmt) Pos() token.Pos
func (*BadStmt) stmtNode()

type BasicLit struct {
	ValuePos token.Pos
	ValueEnd token.Pos
	Kind     token.Token
	Value    string
}

func (*BasicLit) End() token.Pos
func (*BasicLit) Pos() token.Pos
func (*BasicLit) exprNode()

type BinaryExpr struct {
	X     Expr
	OpPos token.Pos
	Op    token.Token
	Y     Expr
}

func (*BinaryExpr) End() token.Pos
func (*BinaryExpr) Pos() token.Pos
func (*BinaryExpr) exprNode()

type BlockStmt struct {
	Lbrace token.Pos
	List   []Stmt
	Rbrace token.Pos
}

func (*BlockStmt) End() token.Pos
func (*BlockStmt) Pos() token.Pos
func (*BlockStmt) stmtNode()

type BranchStmt struct {
	TokPos token.Pos
	Tok    token.Token
	Label  *Ident
}

func (*BranchStmt) End() token.Pos
func (*BranchStmt) Pos() token.Pos
func (*BranchStmt) stmtNode()

type CallExpr struct {
	Fun      Expr
	Lparen   token.Pos
	Args     []Expr
	Ellipsis token.Pos
	Rparen   token.Pos
}

func (*CallExpr) End() token.Pos
func (*CallExpr) Pos() token.Pos
func (*CallExpr) exprNode()

type CaseClause struct {
	Case  token.Pos
	List  []Expr
	Colon token.Pos
	Body  []Stmt
}

func (*CaseClause) End() token.Pos
func (*CaseClause) Pos() token.Pos
func (*CaseClause) stmtNode()

type ChanDir int
type ChanType struct {
	Begin token.Pos
	Arrow token.Pos
	Dir   ChanDir
	Value Expr
}

func (*ChanType) End() token.Pos
func (*ChanType) Pos() token.Pos
func (*ChanType) exprNode()

type CommClause struct {
	Case  token.Pos
	Comm  Stmt
	Colon token.Pos
	Body  []Stmt
}

func (*CommClause) End() token.Pos
func (*CommClause) Pos() token.Pos
func (*CommClause) stmtNode()

type Comment struct {
	Slash token.Pos
	Text  string
}

func (*Comment) End() token.Pos
func (*Comment) Pos() token.Pos

type CommentGroup struct {
	List []*Comment
}

func (*CommentGroup) End() token.Pos
func (*CommentGroup) Pos() token.Pos
func (*CommentGroup) Text() string

type CommentMap map[Node][]*CommentGroup

func (CommentMap) Comments() []*CommentGroup
func (CommentMap) Filter(node Node) CommentMap
func (CommentMap) String() string
func (CommentMap) Update(old Node, new Node) Node

type CompositeLit struct {
	Type       Expr
	Lbrace     token.Pos
	Elts       []Expr
	Rbrace     token.Pos
	Incomplete bool
}

func (*CompositeLit) End() token.Pos
func (*CompositeLit) Pos() token.Pos
func (*CompositeLit) exprNode()

type Decl interface {
	Node
	declNode()
}
type DeclStmt struct {
	Decl Decl
}

func (*DeclStmt) End() token.Pos
func (*DeclStmt) Pos() token.Pos
func (*DeclStmt) stmtNode()

type DeferStmt struct {
	Defer token.Pos
	Call  *CallExpr
}

func (*DeferStmt) End() token.Pos
func (*DeferStmt) Pos() token.Pos
func (*DeferStmt) stmtNode()

type Directive struct {
	Tool    string
	Name    string
	Args    string
	Slash   token.Pos
	ArgsPos token.Pos
}

func (*Directive) End() token.Pos
func (*Directive) ParseArgs() ([]DirectiveArg, error)
func (*Directive) Pos() token.Pos

type DirectiveArg struct {
	Arg string
	Pos token.Pos
}
type Ellipsis struct {
	Ellipsis token.Pos
	Elt      Expr
}

func (*Ellipsis) End() token.Pos
func (*Ellipsis) Pos() token.Pos
func (*Ellipsis) exprNode()

type EmptyStmt struct {
	Semicolon token.Pos
	Implicit  bool
}

func (*EmptyStmt) End() token.Pos
func (*EmptyStmt) Pos() token.Pos
func (*EmptyStmt) stmtNode()

type Expr interface {
	Node
	exprNode()
}
type ExprStmt struct {
	X Expr
}

func (*ExprStmt) End() token.Pos
func (*ExprStmt) Pos() token.Pos
func (*ExprStmt) stmtNode()

type Field struct {
	Doc     *CommentGroup
	Names   []*Ident
	Type    Expr
	Tag     *BasicLit
	Comment *CommentGroup
}

func (*Field) End() token.Pos
func (*Field) Pos() token.Pos

type FieldFilter func(name string, value reflect.Value) bool
type FieldList struct {
	Opening token.Pos
	List    []*Field
	Closing token.Pos
}

func (*FieldList) End() token.Pos
func (*FieldList) NumFields() int
func (*FieldList) Pos() token.Pos

type File struct {
	Doc        *CommentGroup
	Package    token.Pos
	Name       *Ident
	Decls      []Decl
	FileStart  token.Pos
	FileEnd    token.Pos
	Scope      *Scope
	Imports    []*ImportSpec
	Unresolved []*Ident
	Comments   []*CommentGroup
	GoVersion  string
}

func (*File) End() token.Pos
func (*File) Pos() token.Pos

type Filter func(string) bool
type ForStmt struct {
	For  token.Pos
	Init Stmt
	Cond Expr
	Post Stmt
	Body *BlockStmt
}

func (*ForStmt) End() token.Pos
func (*ForStmt) Pos() token.Pos
func (*ForStmt) stmtNode()

type FuncDecl struct {
	Doc  *CommentGroup
	Recv *FieldList
	Name *Ident
	Type *FuncType
	Body *BlockStmt
}

func (*FuncDecl) End() token.Pos
func (*FuncDecl) Pos() token.Pos
func (*FuncDecl) declNode()

type FuncLit struct {
	Type *FuncType
	Body *BlockStmt
}

func (*FuncLit) End() token.Pos
func (*FuncLit) Pos() token.Pos
func (*FuncLit) exprNode()

type FuncType struct {
	Func       token.Pos
	TypeParams *FieldList
	Params     *FieldList
	Results    *FieldList
}

func (*FuncType) End() token.Pos
func (*FuncType) Pos() token.Pos
func (*FuncType) exprNode()

type GenDecl struct {
	Doc    *CommentGroup
	TokPos token.Pos
	Tok    token.Token
	Lparen token.Pos
	Specs  []Spec
	Rparen token.Pos
}

func (*GenDecl) End() token.Pos
func (*GenDecl) Pos() token.Pos
func (*GenDecl) declNode()

type GoStmt struct {
	Go   token.Pos
	Call *CallExpr
}

func (*GoStmt) End() token.Pos
func (*GoStmt) Pos() token.Pos
func (*GoStmt) stmtNode()

type Ident struct {
	NamePos token.Pos
	Name    string
	Obj     *Object
}

func (*Ident) End() token.Pos
func (*Ident) IsExported() bool
func (*Ident) Pos() token.Pos
func (*Ident) String() string
func (*Ident) exprNode()

type IfStmt struct {
	If   token.Pos
	Init Stmt
	Cond Expr
	Body *BlockStmt
	Else Stmt
}

func (*IfStmt) End() token.Pos
func (*IfStmt) Pos() token.Pos
func (*IfStmt) stmtNode()

type ImportSpec struct {
	Doc     *CommentGroup
	Name    *Ident
	Path    *BasicLit
	Comment *CommentGroup
	EndPos  token.Pos
}

func (*ImportSpec) End() token.Pos
func (*ImportSpec) Pos() token.Pos
func (*ImportSpec) specNode()

type Importer func(imports map[string]*Object, path string) (pkg *Object, err error)
type IncDecStmt struct {
	X      Expr
	TokPos token.Pos
	Tok    token.Token
}

func (*IncDecStmt) End() token.Pos
func (*IncDecStmt) Pos() token.Pos
func (*IncDecStmt) stmtNode()

type IndexExpr struct {
	X      Expr
	Lbrack token.Pos
	Index  Expr
	Rbrack token.Pos
}

func (*IndexExpr) End() token.Pos
func (*IndexExpr) Pos() token.Pos
func (*IndexExpr) exprNode()

type IndexListExpr struct {
	X       Expr
	Lbrack  token.Pos
	Indices []Expr
	Rbrack  token.Pos
}

func (*IndexListExpr) End() token.Pos
func (*IndexListExpr) Pos() token.Pos
func (*IndexListExpr) exprNode()

type InterfaceType struct {
	Interface  token.Pos
	Methods    *FieldList
	Incomplete bool
}

func (*InterfaceType) End() token.Pos
func (*InterfaceType) Pos() token.Pos
func (*InterfaceType) exprNode()

type KeyValueExpr struct {
	Key   Expr
	Colon token.Pos
	Value Expr
}

func (*KeyValueExpr) End() token.Pos
func (*KeyValueExpr) Pos() token.Pos
func (*KeyValueExpr) exprNode()

type LabeledStmt struct {
	Label *Ident
	Colon token.Pos
	Stmt  Stmt
}

func (*LabeledStmt) End() token.Pos
func (*LabeledStmt) Pos() token.Pos
func (*LabeledStmt) stmtNode()

type MapType struct {
	Map   token.Pos
	Key   Expr
	Value Expr
}

func (*MapType) End() token.Pos
func (*MapType) Pos() token.Pos
func (*MapType) exprNode()

type MergeMode uint
type Node interface {
	End() token.Pos
	Pos() token.Pos
}
type ObjKind int

func (ObjKind) String() string

type Object struct {
	Kind ObjKind
	Name string
	Decl any
	Data any
	Type any
}

func (*Object) Pos() token.Pos

type Package struct {
	Name    string
	Scope   *Scope
	Imports map[string]*Object
	Files   map[string]*File
}

func (*Package) End() token.Pos
func (*Package) Pos() token.Pos

type ParenExpr struct {
	Lparen token.Pos
	X      Expr
	Rparen token.Pos
}

func (*ParenExpr) End() token.Pos
func (*ParenExpr) Pos() token.Pos
func (*ParenExpr) exprNode()

type RangeStmt struct {
	For    token.Pos
	Key    Expr
	Value  Expr
	TokPos token.Pos
	Tok    token.Token
	Range  token.Pos
	X      Expr
	Body   *BlockStmt
}

func (*RangeStmt) End() token.Pos
func (*RangeStmt) Pos() token.Pos
func (*RangeStmt) stmtNode()

type ReturnStmt struct {
	Return  token.Pos
	Results []Expr
}

func (*ReturnStmt) End() token.Pos
func (*ReturnStmt) Pos() token.Pos
func (*ReturnStmt) stmtNode()

type Scope struct {
	Outer   *Scope
	Objects map[string]*Object
}

func (*Scope) Insert(obj *Object) (alt *Object)
func (*Scope) Lookup(name string) *Object
func (*Scope) String() string

type SelectStmt struct {
	Select token.Pos
	Body   *BlockStmt
}

func (*SelectStmt) End() token.Pos
func (*SelectStmt) Pos() token.Pos
func (*SelectStmt) stmtNode()

type SelectorExpr struct {
	X   Expr
	Sel *Ident
}

func (*SelectorExpr) End() token.Pos
func (*SelectorExpr) Pos() token.Pos
func (*SelectorExpr) exprNode()

type SendStmt struct {
	Chan  Expr
	Arrow token.Pos
	Value Expr
}

func (*SendStmt) End() token.Pos
func (*SendStmt) Pos() token.Pos
func (*SendStmt) stmtNode()

type SliceExpr struct {
	X      Expr
	Lbrack token.Pos
	Low    Expr
	High   Expr
	Max    Expr
	Slice3 bool
	Rbrack token.Pos
}

func (*SliceExpr) End() token.Pos
func (*SliceExpr) Pos() token.Pos
func (*SliceExpr) exprNode()

type Spec interface {
	Node
	specNode()
}
type StarExpr struct {
	Star token.Pos
	X    Expr
}

func (*StarExpr) End() token.Pos
func (*StarExpr) Pos() token.Pos
func (*StarExpr) exprNode()

type Stmt interface {
	Node
	stmtNode()
}
type StructType struct {
	Struct     token.Pos
	Fields     *FieldList
	Incomplete bool
}

func (*StructType) End() token.Pos
func (*StructType) Pos() token.Pos
func (*StructType) exprNode()

type SwitchStmt struct {
	Switch token.Pos
	Init   Stmt
	Tag    Expr
	Body   *BlockStmt
}

func (*SwitchStmt) End() token.Pos
func (*SwitchStmt) Pos() token.Pos
func (*SwitchStmt) stmtNode()

type TypeAssertExpr struct {
	X      Expr
	Lparen token.Pos
	Type   Expr
	Rparen token.Pos
}

func (*TypeAssertExpr) End() token.Pos
func (*TypeAssertExpr) Pos() token.Pos
func (*TypeAssertExpr) exprNode()

type TypeSpec struct {
	Doc        *CommentGroup
	Name       *Ident
	TypeParams *FieldList
	Assign     token.Pos
	Type       Expr
	Comment    *CommentGroup
}

func (*TypeSpec) End() token.Pos
func (*TypeSpec) Pos() token.Pos
func (*TypeSpec) specNode()

type TypeSwitchStmt struct {
	Switch token.Pos
	Init   Stmt
	Assign Stmt
	Body   *BlockStmt
}

func (*TypeSwitchStmt) End() token.Pos
func (*TypeSwitchStmt) Pos() token.Pos
func (*TypeSwitchStmt) stmtNode()

type UnaryExpr struct {
	OpPos token.Pos
	Op    token.Token
	X     Expr
}

func (*UnaryExpr) End() token.Pos
func (*UnaryExpr) Pos() token.Pos
func (*UnaryExpr) exprNode()

type ValueSpec struct {
	Doc     *CommentGroup
	Names   []*Ident
	Type    Expr
	Values  []Expr
	Comment *CommentGroup
}

func (*ValueSpec) End() token.Pos
func (*ValueSpec) Pos() token.Pos
func (*ValueSpec) specNode()

type Visitor interface {
	Visit(node Node) (w Visitor)
}

const Bad ObjKind = 0
const Con ObjKind = 2

func FileExports(src *File) bool
func FilterDecl(decl Decl, f Filter) bool
func FilterFile(src *File, f Filter) bool

const FilterFuncDuplicates MergeMode = 1
const FilterImportDuplicates MergeMode = 4

func FilterPackage(pkg *Package, f Filter) bool

const FilterUnassociatedComments MergeMode = 2

func Fprint(w io.Writer, fset *token.FileSet, x any, f FieldFilter) error

const Fun ObjKind = 5

func Inspect(node Node, f func(Node) bool)
func IsExported(name string) bool
func IsGenerated(file *File) bool

const Lbl ObjKind = 6

func MergePackageFiles(pkg *Package, mode MergeMode) *File
func NewCommentMap(fset *token.FileSet, node Node, comments []*CommentGroup) CommentMap
func NewIdent(name string) *Ident
func NewObj(kind ObjKind, name string) *Object
func NewPackage(fset *token.FileSet, files map[string]*File, importer Importer, universe *Scope) (*Package, error)
func NewScope(outer *Scope) *Scope
func NotNilFilter(_ string, v reflect.Value) bool
func PackageExports(pkg *Package) bool
func ParseDirective(pos token.Pos, c string) (Directive, bool)

const Pkg ObjKind = 1

func Preorder(root Node) iter.Seq[Node]
func PreorderStack(root Node, stack []Node, f func(n Node, stack []Node) bool)
func Print(fset *token.FileSet, x any) error

const RECV ChanDir = 2
const SEND ChanDir = 1

func SortImports(fset *token.FileSet, f *File)

const Typ ObjKind = 3

func Unparen(e Expr) Expr

const Var ObjKind = 4

func Walk(v Visitor, node Node)
