package dwarf

import "encoding/binary"

type AddrType struct {
	BasicType
}
type ArrayType struct {
	CommonType
	Type          Type
	StrideBitSize int64
	Count         int64
}

func (*ArrayType) Size() int64
func (*ArrayType) String() string

type Attr uint32

func (Attr) GoString() string
func (Attr) String() string

type BasicType struct {
	CommonType
	BitSize       int64
	BitOffset     int64
	DataBitOffset int64
}

func (*BasicType) Basic() *BasicType
func (*BasicType) String() string

type BoolType struct {
	BasicType
}
type CharType struct {
	BasicType
}
type Class int

func (Class) GoString() string
func (Class) String() string

type CommonType struct {
	ByteSize int64
	Name     string
}

func (*CommonType) Common() *CommonType
func (*CommonType) Size() int64

type ComplexType struct {
	BasicType
}
type Data struct {
}

func (*Data) AddSection(name string, contents []byte) error
func (*Data) AddTypes(name string, types []byte) error
func (*Data) LineReader(cu *Entry) (*LineReader, error)
func (*Data) Ranges(e *Entry) ([][2]uint64, error)
func (*Data) Reader() *Reader
func (*Data) Type(off Offset) (Type, error)

type DecodeError struct {
	Name   string
	Offset Offset
	Err    string
}

func (DecodeError) Error() string

type DotDotDotType struct {
	CommonType
}

func (*DotDotDotType) String() string

type Entry struct {
	Offset   Offset
	Tag      Tag
	Children bool
	Field    []Field
}

func (*Entry) AttrField(a Attr) *Field
func (*Entry) Val(a Attr) any

type EnumType struct {
	CommonType
	EnumName string
	Val      []*EnumValue
}

func (*EnumType) String() string

type EnumValue struct {
	Name string
	Val  int64
}
type Field struct {
	Attr  Attr
	Val   any
	Class Class
}
type FloatType struct {
	BasicType
}
type FuncType struct {
	CommonType
	ReturnType Type
	ParamType  []Type
}

func (*FuncType) String() string

type IntType struct {
	BasicType
}
type LineEntry struct {
	Address       uint64
	OpIndex       int
	File          *LineFile
	Line          int
	Column        int
	IsStmt        bool
	BasicBlock    bool
	PrologueEnd   bool
	EpilogueBegin bool
	ISA           int
	Discriminator int
	EndSequence   bool
}
type LineFile struct {
	Name   string
	Mtime  uint64
	Length int
}
type LineReader struct {
}

func (*LineReader) Files() []*LineFile
func (*LineReader) Next(entry *LineEntry) error
func (*LineReader) Reset()
func (*LineReader) Seek(pos LineReaderPos)
func (*LineReader) SeekPC(pc uint64, entry *LineEntry) error
func (*LineReader) Tell() LineReaderPos

type LineReaderPos struct {
}
type Offset uint32
type PtrType struct {
	CommonType
	Type Type
}

func (*PtrType) String() string

type QualType struct {
	CommonType
	Qual string
	Type Type
}

func (*QualType) Size() int64
func (*QualType) String() string

type Reader struct {
}

func (*Reader) AddressSize() int
func (*Reader) ByteOrder() binary.ByteOrder
func (*Reader) Next() (*Entry, error)
func (*Reader) Seek(off Offset)
func (*Reader) SeekPC(pc uint64) (*Entry, error)
func (*Reader) SkipChildren()
func (*Reader) clone() typeReader
func (*Reader) offset() Offset

type StructField struct {
	Name          string
	Type          Type
	ByteOffset    int64
	ByteSize      int64
	BitOffset     int64
	DataBitOffset int64
	BitSize       int64
}
type StructType struct {
	CommonType
	StructName string
	Kind       string
	Field      []*StructField
	Incomplete bool
}

func (*StructType) Defn() string
func (*StructType) String() string

type Tag uint32

func (Tag) GoString() string
func (Tag) String() string

type Type interface {
	Common() *CommonType
	Size() int64
	String() string
}
type TypedefType struct {
	CommonType
	Type Type
}

func (*TypedefType) Size() int64
func (*TypedefType) String() string

type UcharType struct {
	BasicType
}
type UintType struct {
	BasicType
}
type UnspecifiedType struct {
	BasicType
}
type UnsupportedType struct {
	CommonType
	Tag Tag
}

func (*UnsupportedType) String() string

type VoidType struct {
	CommonType
}

func (*VoidType) String() string

type typeReader interface {
	AddressSize() int
	Next() (*Entry, error)
	Seek(Offset)
	clone() typeReader
	offset() Offset
}

const AttrAbstractOrigin Attr = 49
const AttrAccessibility Attr = 50
const AttrAddrBase Attr = 115
const AttrAddrClass Attr = 51
const AttrAlignment Attr = 136
const AttrAllocated Attr = 78
const AttrArtificial Attr = 52
const AttrAssociated Attr = 79
const AttrBaseTypes Attr = 53
const AttrBinaryScale Attr = 91
const AttrBitOffset Attr = 12
const AttrBitSize Attr = 13
const AttrByteSize Attr = 11
const AttrCallAllCalls Attr = 122
const AttrCallAllSourceCalls Attr = 123
const AttrCallAllTailCalls Attr = 124
const AttrCallColumn Attr = 87
const AttrCallDataLocation Attr = 133
const AttrCallDataValue Attr = 134
const AttrCallFile Attr = 88
const AttrCallLine Attr = 89
const AttrCallOrigin Attr = 127
const AttrCallPC Attr = 129
const AttrCallParameter Attr = 128
const AttrCallReturnPC Attr = 125
const AttrCallTailCall Attr = 130
const AttrCallTarget Attr = 131
const AttrCallTargetClobbered Attr = 132
const AttrCallValue Attr = 126
const AttrCalling Attr = 54
const AttrCommonRef Attr = 26
const AttrCompDir Attr = 27
const AttrConstExpr Attr = 108
const AttrConstValue Attr = 28
const AttrContainingType Attr = 29
const AttrCount Attr = 55
const AttrDataBitOffset Attr = 107
const AttrDataLocation Attr = 80
const AttrDataMemberLoc Attr = 56
const AttrDecimalScale Attr = 92
const AttrDecimalSign Attr = 94
const AttrDeclColumn Attr = 57
const AttrDeclFile Attr = 58
const AttrDeclLine Attr = 59
const AttrDeclaration Attr = 60
const AttrDefaultValue Attr = 30
const AttrDefaulted Attr = 139
const AttrDeleted Attr = 138
const AttrDescription Attr = 90
const AttrDigitCount Attr = 95
const AttrDiscr Attr = 21
const AttrDiscrList Attr = 61
const AttrDiscrValue Attr = 22
const AttrDwoName Attr = 118
const AttrElemental Attr = 102
const AttrEncoding Attr = 62
const AttrEndianity Attr = 101
const AttrEntrypc Attr = 82
const AttrEnumClass Attr = 109
const AttrExplicit Attr = 99
const AttrExportSymbols Attr = 137
const AttrExtension Attr = 84
const AttrExternal Attr = 63
const AttrFrameBase Attr = 64
const AttrFriend Attr = 65
const AttrHighpc Attr = 18
const AttrIdentifierCase Attr = 66
const AttrImport Attr = 24
const AttrInline Attr = 32
const AttrIsOptional Attr = 33
const AttrLanguage Attr = 19
const AttrLinkageName Attr = 110
const AttrLocation Attr = 2
const AttrLoclistsBase Attr = 140
const AttrLowerBound Attr = 34
const AttrLowpc Attr = 17
const AttrMacroInfo Attr = 67
const AttrMacros Attr = 121
const AttrMainSubprogram Attr = 106
const AttrMutable Attr = 97
const AttrName Attr = 3
const AttrNamelistItem Attr = 68
const AttrNoreturn Attr = 135
const AttrObjectPointer Attr = 100
const AttrOrdering Attr = 9
const AttrPictureString Attr = 96
const AttrPriority Attr = 69
const AttrProducer Attr = 37
const AttrPrototyped Attr = 39
const AttrPure Attr = 103
const AttrRanges Attr = 85
const AttrRank Attr = 113
const AttrRecursive Attr = 104
const AttrReference Attr = 119
const AttrReturnAddr Attr = 42
const AttrRnglistsBase Attr = 116
const AttrRvalueReference Attr = 120
const AttrSegment Attr = 70
const AttrSibling Attr = 1
const AttrSignature Attr = 105
const AttrSmall Attr = 93
const AttrSpecification Attr = 71
const AttrStartScope Attr = 44
const AttrStaticLink Attr = 72
const AttrStmtList Attr = 16
const AttrStrOffsetsBase Attr = 114
const AttrStride Attr = 81
const AttrStrideSize Attr = 46
const AttrStringLength Attr = 25
const AttrStringLengthBitSize Attr = 111
const AttrStringLengthByteSize Attr = 112
const AttrThreadsScaled Attr = 98
const AttrTrampoline Attr = 86
const AttrType Attr = 73
const AttrUpperBound Attr = 47
const AttrUseLocation Attr = 74
const AttrUseUTF8 Attr = 83
const AttrVarParam Attr = 75
const AttrVirtuality Attr = 76
const AttrVisibility Attr = 23
const AttrVtableElemLoc Attr = 77
const ClassAddrPtr Class = 15
const ClassAddress Class = 1
const ClassBlock Class = 2
const ClassConstant Class = 3
const ClassExprLoc Class = 4
const ClassFlag Class = 5
const ClassLinePtr Class = 6
const ClassLocList Class = 16
const ClassLocListPtr Class = 7
const ClassMacPtr Class = 8
const ClassRangeListPtr Class = 9
const ClassReference Class = 10
const ClassReferenceAlt Class = 13
const ClassReferenceSig Class = 11
const ClassRngList Class = 17
const ClassRngListsPtr Class = 18
const ClassStrOffsetsPtr Class = 19
const ClassString Class = 12
const ClassStringAlt Class = 14
const ClassUnknown Class = 0

var ErrUnknownPC error

func New(abbrev []byte, aranges []byte, frame []byte, info []byte, line []byte, pubnames []byte, ranges []byte, str []byte) (*Data, error)

const TagAccessDeclaration Tag = 35
const TagArrayType Tag = 1
const TagAtomicType Tag = 71
const TagBaseType Tag = 36
const TagCallSite Tag = 72
const TagCallSiteParameter Tag = 73
const TagCatchDwarfBlock Tag = 37
const TagClassType Tag = 2
const TagCoarrayType Tag = 68
const TagCommonDwarfBlock Tag = 26
const TagCommonInclusion Tag = 27
const TagCompileUnit Tag = 17
const TagCondition Tag = 63
const TagConstType Tag = 38
const TagConstant Tag = 39
const TagDwarfProcedure Tag = 54
const TagDynamicType Tag = 70
const TagEntryPoint Tag = 3
const TagEnumerationType Tag = 4
const TagEnumerator Tag = 40
const TagFileType Tag = 41
const TagFormalParameter Tag = 5
const TagFriend Tag = 42
const TagGenericSubrange Tag = 69
const TagImmutableType Tag = 75
const TagImportedDeclaration Tag = 8
const TagImportedModule Tag = 58
const TagImportedUnit Tag = 61
const TagInheritance Tag = 28
const TagInlinedSubroutine Tag = 29
const TagInterfaceType Tag = 56
const TagLabel Tag = 10
const TagLexDwarfBlock Tag = 11
const TagMember Tag = 13
const TagModule Tag = 30
const TagMutableType Tag = 62
const TagNamelist Tag = 43
const TagNamelistItem Tag = 44
const TagNamespace Tag = 57
const TagPackedType Tag = 45
const TagPartialUnit Tag = 60
const TagPointerType Tag = 15
const TagPtrToMemberType Tag = 31
const TagReferenceType Tag = 16
const TagRestrictType Tag = 55
const TagRvalueReferenceType Tag = 66
const TagSetType Tag = 32
const TagSharedType Tag = 64
const TagSkeletonUnit Tag = 74
const TagStringType Tag = 18
const TagStructType Tag = 19
const TagSubprogram Tag = 46
const TagSubrangeType Tag = 33
const TagSubroutineType Tag = 21
const TagTemplateAlias Tag = 67
const TagTemplateTypeParameter Tag = 47
const TagTemplateValueParameter Tag = 48
const TagThrownType Tag = 49
const TagTryDwarfBlock Tag = 50
const TagTypeUnit Tag = 65
const TagTypedef Tag = 22
const TagUnionType Tag = 23
const TagUnspecifiedParameters Tag = 24
const TagUnspecifiedType Tag = 59
const TagVariable Tag = 52
const TagVariant Tag = 25
const TagVariantPart Tag = 51
const TagVolatileType Tag = 53
const TagWithStmt Tag = 34
