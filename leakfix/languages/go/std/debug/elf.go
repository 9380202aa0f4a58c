package elf

import "debug/dwarf"
import "encoding/binary"
import "io"

type Chdr32 struct {
	Type      uint32
	Size      uint32
	Addralign uint32
}
type Chdr64 struct {
	Type      uint32
	Size      uint64
	Addralign uint64
}
type Class byte

func (Class) GoString() string
func (Class) String() string

type CompressionType int

func (CompressionType) GoString() string
func (CompressionType) String() string

type Data byte

func (Data) GoString() string
func (Data) String() string

type Dyn32 struct {
	Tag int32
	Val uint32
}
type Dyn64 struct {
	Tag int64
	Val uint64
}
type DynFlag int

func (DynFlag) GoString() string
func (DynFlag) String() string

type DynFlag1 uint32

func (DynFlag1) GoString() string
func (DynFlag1) String() string

type DynTag int

func (DynTag) GoString() string
func (DynTag) String() string

type DynamicVersion struct {
	Name  string
	Index uint16
	Flags DynamicVersionFlag
	Deps  []string
}
type DynamicVersionDep struct {
	Flags DynamicVersionFlag
	Index uint16
	Dep   string
}
type DynamicVersionFlag uint16
type DynamicVersionNeed struct {
	Name  string
	Needs []DynamicVersionDep
}
type File struct {
	FileHeader
	Sections []*Section
	Progs    []*Prog
}

func (*File) Close() error
func (*File) DWARF() (*dwarf.Data, error)
func (*File) DynString(tag DynTag) ([]string, error)
func (*File) DynValue(tag DynTag) ([]uint64, error)
func (*File) DynamicSymbols() ([]Symbol, error)
func (*File) DynamicVersionNeeds() ([]DynamicVersionNeed, error)
func (*File) DynamicVersions() ([]DynamicVersion, error)
func (*File) ImportedLibraries() ([]string, error)
func (*File) ImportedSymbols() ([]ImportedSymbol, error)
func (*File) Section(name string) *Section
func (*File) SectionByType(typ SectionType) *Section
func (*File) Symbols() ([]Symbol, error)

type FileHeader struct {
	Class      Class
	Data       Data
	Version    Version
	OSABI      OSABI
	ABIVersion uint8
	ByteOrder  binary.ByteOrder
	Type       Type
	Machine    Machine
	Entry      uint64
}
type FormatError struct {
}

func (*FormatError) Error() string

type Header32 struct {
	Ident     [16]byte
	Type      uint16
	Machine   uint16
	Version   uint32
	Entry     uint32
	Phoff     uint32
	Shoff     uint32
	Flags     uint32
	Ehsize    uint16
	Phentsize uint16
	Phnum     uint16
	Shentsize uint16
	Shnum     uint16
	Shstrndx  uint16
}
type Header64 struct {
	Ident     [16]byte
	Type      uint16
	Machine   uint16
	Version   uint32
	Entry     uint64
	Phoff     uint64
	Shoff     uint64
	Flags     uint32
	Ehsize    uint16
	Phentsize uint16
	Phnum     uint16
	Shentsize uint16
	Shnum     uint16
	Shstrndx  uint16
}
type ImportedSymbol struct {
	Name    string
	Version string
	Library string
}
type Machine uint16

func (Machine) GoString() string
func (Machine) String() string

type NType int

func (NType) GoString() string
func (NType) String() string

type OSABI byte

func (OSABI) GoString() string
func (OSABI) String() string

type Prog struct {
	ProgHeader
	io.ReaderAt
}

func (*Prog) Open() io.ReadSeeker

type Prog32 struct {
	Type   uint32
	Off    uint32
	Vaddr  uint32
	Paddr  uint32
	Filesz uint32
	Memsz  uint32
	Flags  uint32
	Align  uint32
}
type Prog64 struct {
	Type   uint32
	Flags  uint32
	Off    uint64
	Vaddr  uint64
	Paddr  uint64
	Filesz uint64
	Memsz  uint64
	Align  uint64
}
type ProgFlag uint32

func (ProgFlag) GoString() string
func (ProgFlag) String() string

type ProgHeader struct {
	Type   ProgType
	Flags  ProgFlag
	Off    uint64
	Vaddr  uint64
	Paddr  uint64
	Filesz uint64
	Memsz  uint64
	Align  uint64
}
type ProgType int

func (ProgType) GoString() string
func (ProgType) String() string

type R_386 int

func (R_386) GoString() string
func (R_386) String() string

type R_390 int

func (R_390) GoString() string
func (R_390) String() string

type R_AARCH64 int

func (R_AARCH64) GoString() string
func (R_AARCH64) String() string

type R_ALPHA int

func (R_ALPHA) GoString() string
func (R_ALPHA) String() string

type R_ARM int

func (R_ARM) GoString() string
func (R_ARM) String() string

type R_LARCH int

func (R_LARCH) GoString() string
func (R_LARCH) String() string

type R_MIPS int

func (R_MIPS) GoString() string
func (R_MIPS) String() string

type R_PPC int

func (R_PPC) GoString() string
func (R_PPC) String() string

type R_PPC64 int

func (R_PPC64) GoString() string
func (R_PPC64) String() string

type R_RISCV int

func (R_RISCV) GoString() string
func (R_RISCV) String() string

type R_SPARC int

func (R_SPARC) GoString() string
func (R_SPARC) String() string

type R_X86_64 int

func (R_X86_64) GoString() string
func (R_X86_64) String() string

type Rel32 struct {
	Off  uint32
	Info uint32
}
type Rel64 struct {
	Off  uint64
	Info uint64
}
type Rela32 struct {
	Off    uint32
	Info   uint32
	Addend int32
}
type Rela64 struct {
	Off    uint64
	Info   uint64
	Addend int64
}
type Section struct {
	SectionHeader
	io.ReaderAt
}

func (*Section) Data() ([]byte, error)
func (*Section) Open() io.ReadSeeker

type Section32 struct {
	Name      uint32
	Type      uint32
	Flags     uint32
	Addr      uint32
	Off       uint32
	Size      uint32
	Link      uint32
	Info      uint32
	Addralign uint32
	Entsize   uint32
}
type Section64 struct {
	Name      uint32
	Type      uint32
	Flags     uint64
	Addr      uint64
	Off       uint64
	Size      uint64
	Link      uint32
	Info      uint32
	Addralign uint64
	Entsize   uint64
}
type SectionFlag uint32

func (SectionFlag) GoString() string
func (SectionFlag) String() string

type SectionHeader struct {
	Name      string
	Type      SectionType
	Flags     SectionFlag
	Addr      uint64
	Offset    uint64
	Size      uint64
	Link      uint32
	Info      uint32
	Addralign uint64
	Entsize   uint64
	FileSize  uint64
}
type SectionIndex int

func (SectionIndex) GoString() string
func (SectionIndex) String() string

type SectionType uint32

func (SectionType) GoString() string
func (SectionType) String() string

type Sym32 struct {
	Name  uint32
	Value uint32
	Size  uint32
	Info  uint8
	Other uint8
	Shndx uint16
}
type Sym64 struct {
	Name  uint32
	Info  uint8
	Other uint8
	Shndx uint16
	Value uint64
	Size  uint64
}
type SymBind int

func (SymBind) GoString() string
func (SymBind) String() string

type SymType int

func (SymType) GoString() string
func (SymType) String() string

type SymVis int

func (SymVis) GoString() string
func (SymVis) String() string

type Symbol struct {
	Name         string
	Info         byte
	Other        byte
	HasVersion   bool
	VersionIndex VersionIndex
	Section      SectionIndex
	Value        uint64
	Size         uint64
	Version      string
	Library      string
}
type Type uint16

func (Type) GoString() string
func (Type) String() string

type Version byte

func (Version) GoString() string
func (Version) String() string

type VersionIndex uint16

func (VersionIndex) Index() uint16
func (VersionIndex) IsHidden() bool

const ARM_MAGIC_TRAMP_NUMBER = 1543503875
const COMPRESS_HIOS CompressionType = 1879048191
const COMPRESS_HIPROC CompressionType = 2147483647
const COMPRESS_LOOS CompressionType = 1610612736
const COMPRESS_LOPROC CompressionType = 1879048192
const COMPRESS_ZLIB CompressionType = 1
const COMPRESS_ZSTD CompressionType = 2
const DF_1_CONFALT DynFlag1 = 8192
const DF_1_DIRECT DynFlag1 = 256
const DF_1_DISPRELDNE DynFlag1 = 32768
const DF_1_DISPRELPND DynFlag1 = 65536
const DF_1_EDITED DynFlag1 = 2097152
const DF_1_ENDFILTEE DynFlag1 = 16384
const DF_1_GLOBAL DynFlag1 = 2
const DF_1_GLOBAUDIT DynFlag1 = 16777216
const DF_1_GROUP DynFlag1 = 4
const DF_1_IGNMULDEF DynFlag1 = 262144
const DF_1_INITFIRST DynFlag1 = 32
const DF_1_INTERPOSE DynFlag1 = 1024
const DF_1_KMOD DynFlag1 = 268435456
const DF_1_LOADFLTR DynFlag1 = 16
const DF_1_NOCOMMON DynFlag1 = 1073741824
const DF_1_NODEFLIB DynFlag1 = 2048
const DF_1_NODELETE DynFlag1 = 8
const DF_1_NODIRECT DynFlag1 = 131072
const DF_1_NODUMP DynFlag1 = 4096
const DF_1_NOHDR DynFlag1 = 1048576
const DF_1_NOKSYMS DynFlag1 = 524288
const DF_1_NOOPEN DynFlag1 = 64
const DF_1_NORELOC DynFlag1 = 4194304
const DF_1_NOW DynFlag1 = 1
const DF_1_ORIGIN DynFlag1 = 128
const DF_1_PIE DynFlag1 = 134217728
const DF_1_SINGLETON DynFlag1 = 33554432
const DF_1_STUB DynFlag1 = 67108864
const DF_1_SYMINTPOSE DynFlag1 = 8388608
const DF_1_TRANS DynFlag1 = 512
const DF_1_WEAKFILTER DynFlag1 = 536870912
const DF_BIND_NOW DynFlag = 8
const DF_ORIGIN DynFlag = 1
const DF_STATIC_TLS DynFlag = 16
const DF_SYMBOLIC DynFlag = 2
const DF_TEXTREL DynFlag = 4
const DT_ADDRRNGHI DynTag = 1879047935
const DT_ADDRRNGLO DynTag = 1879047680
const DT_AUDIT DynTag = 1879047932
const DT_AUXILIARY DynTag = 2147483645
const DT_BIND_NOW DynTag = 24
const DT_CHECKSUM DynTag = 1879047672
const DT_CONFIG DynTag = 1879047930
const DT_DEBUG DynTag = 21
const DT_DEPAUDIT DynTag = 1879047931
const DT_ENCODING DynTag = 32
const DT_FEATURE DynTag = 1879047676
const DT_FILTER DynTag = 2147483647
const DT_FINI DynTag = 13
const DT_FINI_ARRAY DynTag = 26
const DT_FINI_ARRAYSZ DynTag = 28
const DT_FLAGS DynTag = 30
const DT_FLAGS_1 DynTag = 1879048187
const DT_GNU_CONFLICT DynTag = 1879047928
const DT_GNU_CONFLICTSZ DynTag = 1879047670
const DT_GNU_HASH DynTag = 1879047925
const DT_GNU_LIBLIST DynTag = 1879047929
const DT_GNU_LIBLISTSZ DynTag = 1879047671
const DT_GNU_PRELINKED DynTag = 1879047669
const DT_HASH DynTag = 4
const DT_HIOS DynTag = 1879044096
const DT_HIPROC DynTag = 2147483647
const DT_INIT DynTag = 12
const DT_INIT_ARRAY DynTag = 25
const DT_INIT_ARRAYSZ DynTag = 27
const DT_JMPREL DynTag = 23
const DT_LOOS DynTag = 1610612749
const DT_LOPROC DynTag = 1879048192
const DT_MIPS_AUX_DYNAMIC DynTag = 1879048241
const DT_MIPS_BASE_ADDRESS DynTag = 1879048198
const DT_MIPS_COMPACT_SIZE DynTag = 1879048239
const DT_MIPS_CONFLICT DynTag = 1879048200
const DT_MIPS_CONFLICTNO DynTag = 1879048203
const DT_MIPS_CXX_FLAGS DynTag = 1879048226
const DT_MIPS_DELTA_CLASS DynTag = 1879048215
const DT_MIPS_DELTA_CLASSSYM DynTag = 1879048224
const DT_MIPS_DELTA_CLASSSYM_NO DynTag = 1879048225
const DT_MIPS_DELTA_CLASS_NO DynTag = 1879048216
const DT_MIPS_DELTA_INSTANCE DynTag = 1879048217
const DT_MIPS_DELTA_INSTANCE_NO DynTag = 1879048218
const DT_MIPS_DELTA_RELOC DynTag = 1879048219
const DT_MIPS_DELTA_RELOC_NO DynTag = 1879048220
const DT_MIPS_DELTA_SYM DynTag = 1879048221
const DT_MIPS_DELTA_SYM_NO DynTag = 1879048222
const DT_MIPS_DYNSTR_ALIGN DynTag = 1879048235
const DT_MIPS_FLAGS DynTag = 1879048197
const DT_MIPS_GOTSYM DynTag = 1879048211
const DT_MIPS_GP_VALUE DynTag = 1879048240
const DT_MIPS_HIDDEN_GOTIDX DynTag = 1879048231
const DT_MIPS_HIPAGENO DynTag = 1879048212
const DT_MIPS_ICHECKSUM DynTag = 1879048195
const DT_MIPS_INTERFACE DynTag = 1879048234
const DT_MIPS_INTERFACE_SIZE DynTag = 1879048236
const DT_MIPS_IVERSION DynTag = 1879048196
const DT_MIPS_LIBLIST DynTag = 1879048201
const DT_MIPS_LIBLISTNO DynTag = 1879048208
const DT_MIPS_LOCALPAGE_GOTIDX DynTag = 1879048229
const DT_MIPS_LOCAL_GOTIDX DynTag = 1879048230
const DT_MIPS_LOCAL_GOTNO DynTag = 1879048202
const DT_MIPS_MSYM DynTag = 1879048199
const DT_MIPS_OPTIONS DynTag = 1879048233
const DT_MIPS_PERF_SUFFIX DynTag = 1879048238
const DT_MIPS_PIXIE_INIT DynTag = 1879048227
const DT_MIPS_PLTGOT DynTag = 1879048242
const DT_MIPS_PROTECTED_GOTIDX DynTag = 1879048232
const DT_MIPS_RLD_MAP DynTag = 1879048214
const DT_MIPS_RLD_MAP_REL DynTag = 1879048245
const DT_MIPS_RLD_TEXT_RESOLVE_ADDR DynTag = 1879048237
const DT_MIPS_RLD_VERSION DynTag = 1879048193
const DT_MIPS_RWPLT DynTag = 1879048244
const DT_MIPS_SYMBOL_LIB DynTag = 1879048228
const DT_MIPS_SYMTABNO DynTag = 1879048209
const DT_MIPS_TIME_STAMP DynTag = 1879048194
const DT_MIPS_UNREFEXTNO DynTag = 1879048210
const DT_MOVEENT DynTag = 1879047674
const DT_MOVESZ DynTag = 1879047675
const DT_MOVETAB DynTag = 1879047934
const DT_NEEDED DynTag = 1
const DT_NULL DynTag = 0
const DT_PLTGOT DynTag = 3
const DT_PLTPAD DynTag = 1879047933
const DT_PLTPADSZ DynTag = 1879047673
const DT_PLTREL DynTag = 20
const DT_PLTRELSZ DynTag = 2
const DT_POSFLAG_1 DynTag = 1879047677
const DT_PPC64_GLINK DynTag = 1879048192
const DT_PPC64_OPD DynTag = 1879048193
const DT_PPC64_OPDSZ DynTag = 1879048194
const DT_PPC64_OPT DynTag = 1879048195
const DT_PPC_GOT DynTag = 1879048192
const DT_PPC_OPT DynTag = 1879048193
const DT_PREINIT_ARRAY DynTag = 32
const DT_PREINIT_ARRAYSZ DynTag = 33
const DT_REL DynTag = 17
const DT_RELA DynTag = 7
const DT_RELACOUNT DynTag = 1879048185
const DT_RELAENT DynTag = 9
const DT_RELASZ DynTag = 8
const DT_RELCOUNT DynTag = 1879048186
const DT_RELENT DynTag = 19
const DT_RELSZ DynTag = 18
const DT_RPATH DynTag = 15
const DT_RUNPATH DynTag = 29
const DT_SONAME DynTag = 14
const DT_SPARC_REGISTER DynTag = 1879048193
const DT_STRSZ DynTag = 10
const DT_STRTAB DynTag = 5
const DT_SYMBOLIC DynTag = 16
const DT_SYMENT DynTag = 11
const DT_SYMINENT DynTag = 1879047679
const DT_SYMINFO DynTag = 1879047935
const DT_SYMINSZ DynTag = 1879047678
const DT_SYMTAB DynTag = 6
const DT_SYMTAB_SHNDX DynTag = 34
const DT_TEXTREL DynTag = 22
const DT_TLSDESC_GOT DynTag = 1879047927
const DT_TLSDESC_PLT DynTag = 1879047926
const DT_USED DynTag = 2147483646
const DT_VALRNGHI DynTag = 1879047679
const DT_VALRNGLO DynTag = 1879047424
const DT_VERDEF DynTag = 1879048188
const DT_VERDEFNUM DynTag = 1879048189
const DT_VERNEED DynTag = 1879048190
const DT_VERNEEDNUM DynTag = 1879048191
const DT_VERSYM DynTag = 1879048176
const EI_ABIVERSION = 8
const EI_CLASS = 4
const EI_DATA = 5
const EI_NIDENT = 16
const EI_OSABI = 7
const EI_PAD = 9
const EI_VERSION = 6
const ELFCLASS32 Class = 1
const ELFCLASS64 Class = 2
const ELFCLASSNONE Class = 0
const ELFDATA2LSB Data = 1
const ELFDATA2MSB Data = 2
const ELFDATANONE Data = 0
const ELFMAG = "\x7fELF"
const ELFOSABI_86OPEN OSABI = 5
const ELFOSABI_AIX OSABI = 7
const ELFOSABI_ARM OSABI = 97
const ELFOSABI_AROS OSABI = 15
const ELFOSABI_CLOUDABI OSABI = 17
const ELFOSABI_FENIXOS OSABI = 16
const ELFOSABI_FREEBSD OSABI = 9
const ELFOSABI_HPUX OSABI = 1
const ELFOSABI_HURD OSABI = 4
const ELFOSABI_IRIX OSABI = 8
const ELFOSABI_LINUX OSABI = 3
const ELFOSABI_MODESTO OSABI = 11
const ELFOSABI_NETBSD OSABI = 2
const ELFOSABI_NONE OSABI = 0
const ELFOSABI_NSK OSABI = 14
const ELFOSABI_OPENBSD OSABI = 12
const ELFOSABI_OPENVMS OSABI = 13
const ELFOSABI_SOLARIS OSABI = 6
const ELFOSABI_STANDALONE OSABI = 255
const ELFOSABI_TRU64 OSABI = 10
const EM_386 Machine = 3
const EM_486 Machine = 6
const EM_56800EX Machine = 200
const EM_68HC05 Machine = 72
const EM_68HC08 Machine = 71
const EM_68HC11 Machine = 70
const EM_68HC12 Machine = 53
const EM_68HC16 Machine = 69
const EM_68K Machine = 4
const EM_78KOR Machine = 199
const EM_8051 Machine = 165
const EM_860 Machine = 7
const EM_88K Machine = 5
const EM_960 Machine = 19
const EM_AARCH64 Machine = 183
const EM_ALPHA Machine = 36902
const EM_ALPHA_STD Machine = 41
const EM_ALTERA_NIOS2 Machine = 113
const EM_AMDGPU Machine = 224
const EM_ARC Machine = 45
const EM_ARCA Machine = 109
const EM_ARC_COMPACT Machine = 93
const EM_ARC_COMPACT2 Machine = 195
const EM_ARM Machine = 40
const EM_AVR Machine = 83
const EM_AVR32 Machine = 185
const EM_BA1 Machine = 201
const EM_BA2 Machine = 202
const EM_BLACKFIN Machine = 106
const EM_BPF Machine = 247
const EM_C166 Machine = 116
const EM_CDP Machine = 215
const EM_CE Machine = 119
const EM_CLOUDSHIELD Machine = 192
const EM_COGE Machine = 216
const EM_COLDFIRE Machine = 52
const EM_COOL Machine = 217
const EM_COREA_1ST Machine = 193
const EM_COREA_2ND Machine = 194
const EM_CR Machine = 103
const EM_CR16 Machine = 177
const EM_CRAYNV2 Machine = 172
const EM_CRIS Machine = 76
const EM_CRX Machine = 114
const EM_CSR_KALIMBA Machine = 219
const EM_CUDA Machine = 190
const EM_CYPRESS_M8C Machine = 161
const EM_D10V Machine = 85
const EM_D30V Machine = 86
const EM_DSP24 Machine = 136
const EM_DSPIC30F Machine = 118
const EM_DXP Machine = 112
const EM_ECOG1 Machine = 168
const EM_ECOG16 Machine = 176
const EM_ECOG1X Machine = 168
const EM_ECOG2 Machine = 134
const EM_ETPU Machine = 178
const EM_EXCESS Machine = 111
const EM_F2MC16 Machine = 104
const EM_FIREPATH Machine = 78
const EM_FR20 Machine = 37
const EM_FR30 Machine = 84
const EM_FT32 Machine = 222
const EM_FX66 Machine = 66
const EM_H8S Machine = 48
const EM_H8_300 Machine = 46
const EM_H8_300H Machine = 47
const EM_H8_500 Machine = 49
const EM_HUANY Machine = 81
const EM_IA_64 Machine = 50
const EM_INTEL205 Machine = 205
const EM_INTEL206 Machine = 206
const EM_INTEL207 Machine = 207
const EM_INTEL208 Machine = 208
const EM_INTEL209 Machine = 209
const EM_IP2K Machine = 101
const EM_JAVELIN Machine = 77
const EM_K10M Machine = 181
const EM_KM32 Machine = 210
const EM_KMX16 Machine = 212
const EM_KMX32 Machine = 211
const EM_KMX8 Machine = 213
const EM_KVARC Machine = 214
const EM_L10M Machine = 180
const EM_LANAI Machine = 244
const EM_LATTICEMICO32 Machine = 138
const EM_LOONGARCH Machine = 258
const EM_M16C Machine = 117
const EM_M32 Machine = 1
const EM_M32C Machine = 120
const EM_M32R Machine = 88
const EM_MANIK Machine = 171
const EM_MAX Machine = 102
const EM_MAXQ30 Machine = 169
const EM_MCHP_PIC Machine = 204
const EM_MCST_ELBRUS Machine = 175
const EM_ME16 Machine = 59
const EM_METAG Machine = 174
const EM_MICROBLAZE Machine = 189
const EM_MIPS Machine = 8
const EM_MIPS_RS3_LE Machine = 10
const EM_MIPS_RS4_BE Machine = 10
const EM_MIPS_X Machine = 51
const EM_MMA Machine = 54
const EM_MMDSP_PLUS Machine = 160
const EM_MMIX Machine = 80
const EM_MN10200 Machine = 90
const EM_MN10300 Machine = 89
const EM_MOXIE Machine = 223
const EM_MSP430 Machine = 105
const EM_NCPU Machine = 56
const EM_NDR1 Machine = 57
const EM_NDS32 Machine = 167
const EM_NONE Machine = 0
const EM_NORC Machine = 218
const EM_NS32K Machine = 97
const EM_OPEN8 Machine = 196
const EM_OPENRISC Machine = 92
const EM_PARISC Machine = 15
const EM_PCP Machine = 55
const EM_PDP10 Machine = 64
const EM_PDP11 Machine = 65
const EM_PDSP Machine = 63
const EM_PJ Machine = 91
const EM_PPC Machine = 20
const EM_PPC64 Machine = 21
const EM_PRISM Machine = 82
const EM_QDSP6 Machine = 164
const EM_R32C Machine = 162
const EM_RCE Machine = 39
const EM_RH32 Machine = 38
const EM_RISCV Machine = 243
const EM_RL78 Machine = 197
const EM_RS08 Machine = 132
const EM_RX Machine = 173
const EM_S370 Machine = 9
const EM_S390 Machine = 22
const EM_SCORE7 Machine = 135
const EM_SEP Machine = 108
const EM_SE_C17 Machine = 139
const EM_SE_C33 Machine = 107
const EM_SH Machine = 42
const EM_SHARC Machine = 133
const EM_SLE9X Machine = 179
const EM_SNP1K Machine = 99
const EM_SPARC Machine = 2
const EM_SPARC32PLUS Machine = 18
const EM_SPARCV9 Machine = 43
const EM_ST100 Machine = 60
const EM_ST19 Machine = 74
const EM_ST200 Machine = 100
const EM_ST7 Machine = 68
const EM_ST9PLUS Machine = 67
const EM_STARCORE Machine = 58
const EM_STM8 Machine = 186
const EM_STXP7X Machine = 166
const EM_SVX Machine = 73
const EM_TILE64 Machine = 187
const EM_TILEGX Machine = 191
const EM_TILEPRO Machine = 188
const EM_TINYJ Machine = 61
const EM_TI_ARP32 Machine = 143
const EM_TI_C2000 Machine = 141
const EM_TI_C5500 Machine = 142
const EM_TI_C6000 Machine = 140
const EM_TI_PRU Machine = 144
const EM_TMM_GPP Machine = 96
const EM_TPC Machine = 98
const EM_TRICORE Machine = 44
const EM_TRIMEDIA Machine = 163
const EM_TSK3000 Machine = 131
const EM_UNICORE Machine = 110
const EM_V800 Machine = 36
const EM_V850 Machine = 87
const EM_VAX Machine = 75
const EM_VIDEOCORE Machine = 95
const EM_VIDEOCORE3 Machine = 137
const EM_VIDEOCORE5 Machine = 198
const EM_VISIUM Machine = 221
const EM_VPP500 Machine = 17
const EM_X86_64 Machine = 62
const EM_XCORE Machine = 203
const EM_XGATE Machine = 115
const EM_XIMO16 Machine = 170
const EM_XTENSA Machine = 94
const EM_Z80 Machine = 220
const EM_ZSP Machine = 79
const ET_CORE Type = 4
const ET_DYN Type = 3
const ET_EXEC Type = 2
const ET_HIOS Type = 65279
const ET_HIPROC Type = 65535
const ET_LOOS Type = 65024
const ET_LOPROC Type = 65280
const ET_NONE Type = 0
const ET_REL Type = 1
const EV_CURRENT Version = 1
const EV_NONE Version = 0

var ErrNoSymbols error

const NT_FPREGSET NType = 2
const NT_PRPSINFO NType = 3
const NT_PRSTATUS NType = 1

func NewFile(r io.ReaderAt) (*File, error)
func Open(name string) (*File, error)

const PF_MASKOS ProgFlag = 267386880
const PF_MASKPROC ProgFlag = 4026531840
const PF_R ProgFlag = 4
const PF_W ProgFlag = 2
const PF_X ProgFlag = 1
const PT_AARCH64_ARCHEXT ProgType = 1879048192
const PT_AARCH64_UNWIND ProgType = 1879048193
const PT_ARM_ARCHEXT ProgType = 1879048192
const PT_ARM_EXIDX ProgType = 1879048193
const PT_DYNAMIC ProgType = 2
const PT_GNU_EH_FRAME ProgType = 1685382480
const PT_GNU_MBIND_HI ProgType = 1685386580
const PT_GNU_MBIND_LO ProgType = 1685382485
const PT_GNU_PROPERTY ProgType = 1685382483
const PT_GNU_RELRO ProgType = 1685382482
const PT_GNU_STACK ProgType = 1685382481
const PT_HIOS ProgType = 1879048191
const PT_HIPROC ProgType = 2147483647
const PT_INTERP ProgType = 3
const PT_LOAD ProgType = 1
const PT_LOOS ProgType = 1610612736
const PT_LOPROC ProgType = 1879048192
const PT_MIPS_ABIFLAGS ProgType = 1879048195
const PT_MIPS_OPTIONS ProgType = 1879048194
const PT_MIPS_REGINFO ProgType = 1879048192
const PT_MIPS_RTPROC ProgType = 1879048193
const PT_NOTE ProgType = 4
const PT_NULL ProgType = 0
const PT_OPENBSD_BOOTDATA ProgType = 1705253862
const PT_OPENBSD_NOBTCFI ProgType = 1705237480
const PT_OPENBSD_RANDOMIZE ProgType = 1705237478
const PT_OPENBSD_WXNEEDED ProgType = 1705237479
const PT_PAX_FLAGS ProgType = 1694766464
const PT_PHDR ProgType = 6
const PT_RISCV_ATTRIBUTES ProgType = 1879048195
const PT_S390_PGSTE ProgType = 1879048192
const PT_SHLIB ProgType = 5
const PT_SUNWSTACK ProgType = 1879048187
const PT_SUNW_EH_FRAME ProgType = 1685382480
const PT_TLS ProgType = 7
const R_386_16 R_386 = 20
const R_386_32 R_386 = 1
const R_386_32PLT R_386 = 11
const R_386_8 R_386 = 22
const R_386_COPY R_386 = 5
const R_386_GLOB_DAT R_386 = 6
const R_386_GOT32 R_386 = 3
const R_386_GOT32X R_386 = 43
const R_386_GOTOFF R_386 = 9
const R_386_GOTPC R_386 = 10
const R_386_IRELATIVE R_386 = 42
const R_386_JMP_SLOT R_386 = 7
const R_386_NONE R_386 = 0
const R_386_PC16 R_386 = 21
const R_386_PC32 R_386 = 2
const R_386_PC8 R_386 = 23
const R_386_PLT32 R_386 = 4
const R_386_RELATIVE R_386 = 8
const R_386_SIZE32 R_386 = 38
const R_386_TLS_DESC R_386 = 41
const R_386_TLS_DESC_CALL R_386 = 40
const R_386_TLS_DTPMOD32 R_386 = 35
const R_386_TLS_DTPOFF32 R_386 = 36
const R_386_TLS_GD R_386 = 18
const R_386_TLS_GD_32 R_386 = 24
const R_386_TLS_GD_CALL R_386 = 26
const R_386_TLS_GD_POP R_386 = 27
const R_386_TLS_GD_PUSH R_386 = 25
const R_386_TLS_GOTDESC R_386 = 39
const R_386_TLS_GOTIE R_386 = 16
const R_386_TLS_IE R_386 = 15
const R_386_TLS_IE_32 R_386 = 33
const R_386_TLS_LDM R_386 = 19
const R_386_TLS_LDM_32 R_386 = 28
const R_386_TLS_LDM_CALL R_386 = 30
const R_386_TLS_LDM_POP R_386 = 31
const R_386_TLS_LDM_PUSH R_386 = 29
const R_386_TLS_LDO_32 R_386 = 32
const R_386_TLS_LE R_386 = 17
const R_386_TLS_LE_32 R_386 = 34
const R_386_TLS_TPOFF R_386 = 14
const R_386_TLS_TPOFF32 R_386 = 37
const R_390_12 R_390 = 2
const R_390_16 R_390 = 3
const R_390_20 R_390 = 57
const R_390_32 R_390 = 4
const R_390_64 R_390 = 22
const R_390_8 R_390 = 1
const R_390_COPY R_390 = 9
const R_390_GLOB_DAT R_390 = 10
const R_390_GOT12 R_390 = 6
const R_390_GOT16 R_390 = 15
const R_390_GOT20 R_390 = 58
const R_390_GOT32 R_390 = 7
const R_390_GOT64 R_390 = 24
const R_390_GOTENT R_390 = 26
const R_390_GOTOFF R_390 = 13
const R_390_GOTOFF16 R_390 = 27
const R_390_GOTOFF64 R_390 = 28
const R_390_GOTPC R_390 = 14
const R_390_GOTPCDBL R_390 = 21
const R_390_GOTPLT12 R_390 = 29
const R_390_GOTPLT16 R_390 = 30
const R_390_GOTPLT20 R_390 = 59
const R_390_GOTPLT32 R_390 = 31
const R_390_GOTPLT64 R_390 = 32
const R_390_GOTPLTENT R_390 = 33
const R_390_GOTPLTOFF16 R_390 = 34
const R_390_GOTPLTOFF32 R_390 = 35
const R_390_GOTPLTOFF64 R_390 = 36
const R_390_JMP_SLOT R_390 = 11
const R_390_NONE R_390 = 0
const R_390_PC16 R_390 = 16
const R_390_PC16DBL R_390 = 17
const R_390_PC32 R_390 = 5
const R_390_PC32DBL R_390 = 19
const R_390_PC64 R_390 = 23
const R_390_PLT16DBL R_390 = 18
const R_390_PLT32 R_390 = 8
const R_390_PLT32DBL R_390 = 20
const R_390_PLT64 R_390 = 25
const R_390_RELATIVE R_390 = 12
const R_390_TLS_DTPMOD R_390 = 54
const R_390_TLS_DTPOFF R_390 = 55
const R_390_TLS_GD32 R_390 = 40
const R_390_TLS_GD64 R_390 = 41
const R_390_TLS_GDCALL R_390 = 38
const R_390_TLS_GOTIE12 R_390 = 42
const R_390_TLS_GOTIE20 R_390 = 60
const R_390_TLS_GOTIE32 R_390 = 43
const R_390_TLS_GOTIE64 R_390 = 44
const R_390_TLS_IE32 R_390 = 47
const R_390_TLS_IE64 R_390 = 48
const R_390_TLS_IEENT R_390 = 49
const R_390_TLS_LDCALL R_390 = 39
const R_390_TLS_LDM32 R_390 = 45
const R_390_TLS_LDM64 R_390 = 46
const R_390_TLS_LDO32 R_390 = 52
const R_390_TLS_LDO64 R_390 = 53
const R_390_TLS_LE32 R_390 = 50
const R_390_TLS_LE64 R_390 = 51
const R_390_TLS_LOAD R_390 = 37
const R_390_TLS_TPOFF R_390 = 56
const R_AARCH64_ABS16 R_AARCH64 = 259
const R_AARCH64_ABS32 R_AARCH64 = 258
const R_AARCH64_ABS64 R_AARCH64 = 257
const R_AARCH64_ADD_ABS_LO12_NC R_AARCH64 = 277
const R_AARCH64_ADR_GOT_PAGE R_AARCH64 = 311
const R_AARCH64_ADR_PREL_LO21 R_AARCH64 = 274
const R_AARCH64_ADR_PREL_PG_HI21 R_AARCH64 = 275
const R_AARCH64_ADR_PREL_PG_HI21_NC R_AARCH64 = 276
const R_AARCH64_CALL26 R_AARCH64 = 283
const R_AARCH64_CONDBR19 R_AARCH64 = 280
const R_AARCH64_COPY R_AARCH64 = 1024
const R_AARCH64_GLOB_DAT R_AARCH64 = 1025
const R_AARCH64_GOT_LD_PREL19 R_AARCH64 = 309
const R_AARCH64_IRELATIVE R_AARCH64 = 1032
const R_AARCH64_JUMP26 R_AARCH64 = 282
const R_AARCH64_JUMP_SLOT R_AARCH64 = 1026
const R_AARCH64_LD64_GOTOFF_LO15 R_AARCH64 = 310
const R_AARCH64_LD64_GOTPAGE_LO15 R_AARCH64 = 313
const R_AARCH64_LD64_GOT_LO12_NC R_AARCH64 = 312
const R_AARCH64_LDST128_ABS_LO12_NC R_AARCH64 = 299
const R_AARCH64_LDST16_ABS_LO12_NC R_AARCH64 = 284
const R_AARCH64_LDST32_ABS_LO12_NC R_AARCH64 = 285
const R_AARCH64_LDST64_ABS_LO12_NC R_AARCH64 = 286
const R_AARCH64_LDST8_ABS_LO12_NC R_AARCH64 = 278
const R_AARCH64_LD_PREL_LO19 R_AARCH64 = 273
const R_AARCH64_MOVW_SABS_G0 R_AARCH64 = 270
const R_AARCH64_MOVW_SABS_G1 R_AARCH64 = 271
const R_AARCH64_MOVW_SABS_G2 R_AARCH64 = 272
const R_AARCH64_MOVW_UABS_G0 R_AARCH64 = 263
const R_AARCH64_MOVW_UABS_G0_NC R_AARCH64 = 264
const R_AARCH64_MOVW_UABS_G1 R_AARCH64 = 265
const R_AARCH64_MOVW_UABS_G1_NC R_AARCH64 = 266
const R_AARCH64_MOVW_UABS_G2 R_AARCH64 = 267
const R_AARCH64_MOVW_UABS_G2_NC R_AARCH64 = 268
const R_AARCH64_MOVW_UABS_G3 R_AARCH64 = 269
const R_AARCH64_NONE R_AARCH64 = 0
const R_AARCH64_NULL R_AARCH64 = 256
const R_AARCH64_P32_ABS16 R_AARCH64 = 2
const R_AARCH64_P32_ABS32 R_AARCH64 = 1
const R_AARCH64_P32_ADD_ABS_LO12_NC R_AARCH64 = 12
const R_AARCH64_P32_ADR_GOT_PAGE R_AARCH64 = 26
const R_AARCH64_P32_ADR_PREL_LO21 R_AARCH64 = 10
const R_AARCH64_P32_ADR_PREL_PG_HI21 R_AARCH64 = 11
const R_AARCH64_P32_CALL26 R_AARCH64 = 21
const R_AARCH64_P32_CONDBR19 R_AARCH64 = 19
const R_AARCH64_P32_COPY R_AARCH64 = 180
const R_AARCH64_P32_GLOB_DAT R_AARCH64 = 181
const R_AARCH64_P32_GOT_LD_PREL19 R_AARCH64 = 25
const R_AARCH64_P32_IRELATIVE R_AARCH64 = 188
const R_AARCH64_P32_JUMP26 R_AARCH64 = 20
const R_AARCH64_P32_JUMP_SLOT R_AARCH64 = 182
const R_AARCH64_P32_LD32_GOT_LO12_NC R_AARCH64 = 27
const R_AARCH64_P32_LDST128_ABS_LO12_NC R_AARCH64 = 17
const R_AARCH64_P32_LDST16_ABS_LO12_NC R_AARCH64 = 14
const R_AARCH64_P32_LDST32_ABS_LO12_NC R_AARCH64 = 15
const R_AARCH64_P32_LDST64_ABS_LO12_NC R_AARCH64 = 16
const R_AARCH64_P32_LDST8_ABS_LO12_NC R_AARCH64 = 13
const R_AARCH64_P32_LD_PREL_LO19 R_AARCH64 = 9
const R_AARCH64_P32_MOVW_SABS_G0 R_AARCH64 = 8
const R_AARCH64_P32_MOVW_UABS_G0 R_AARCH64 = 5
const R_AARCH64_P32_MOVW_UABS_G0_NC R_AARCH64 = 6
const R_AARCH64_P32_MOVW_UABS_G1 R_AARCH64 = 7
const R_AARCH64_P32_PREL16 R_AARCH64 = 4
const R_AARCH64_P32_PREL32 R_AARCH64 = 3
const R_AARCH64_P32_RELATIVE R_AARCH64 = 183
const R_AARCH64_P32_TLSDESC R_AARCH64 = 187
const R_AARCH64_P32_TLSDESC_ADD_LO12_NC R_AARCH64 = 126
const R_AARCH64_P32_TLSDESC_ADR_PAGE21 R_AARCH64 = 124
const R_AARCH64_P32_TLSDESC_ADR_PREL21 R_AARCH64 = 123
const R_AARCH64_P32_TLSDESC_CALL R_AARCH64 = 127
const R_AARCH64_P32_TLSDESC_LD32_LO12_NC R_AARCH64 = 125
const R_AARCH64_P32_TLSDESC_LD_PREL19 R_AARCH64 = 122
const R_AARCH64_P32_TLSGD_ADD_LO12_NC R_AARCH64 = 82
const R_AARCH64_P32_TLSGD_ADR_PAGE21 R_AARCH64 = 81
const R_AARCH64_P32_TLSIE_ADR_GOTTPREL_PAGE21 R_AARCH64 = 103
const R_AARCH64_P32_TLSIE_LD32_GOTTPREL_LO12_NC R_AARCH64 = 104
const R_AARCH64_P32_TLSIE_LD_GOTTPREL_PREL19 R_AARCH64 = 105
const R_AARCH64_P32_TLSLE_ADD_TPREL_HI12 R_AARCH64 = 109
const R_AARCH64_P32_TLSLE_ADD_TPREL_LO12 R_AARCH64 = 110
const R_AARCH64_P32_TLSLE_ADD_TPREL_LO12_NC R_AARCH64 = 111
const R_AARCH64_P32_TLSLE_MOVW_TPREL_G0 R_AARCH64 = 107
const R_AARCH64_P32_TLSLE_MOVW_TPREL_G0_NC R_AARCH64 = 108
const R_AARCH64_P32_TLSLE_MOVW_TPREL_G1 R_AARCH64 = 106
const R_AARCH64_P32_TLS_DTPMOD R_AARCH64 = 184
const R_AARCH64_P32_TLS_DTPREL R_AARCH64 = 185
const R_AARCH64_P32_TLS_TPREL R_AARCH64 = 186
const R_AARCH64_P32_TSTBR14 R_AARCH64 = 18
const R_AARCH64_PREL16 R_AARCH64 = 262
const R_AARCH64_PREL32 R_AARCH64 = 261
const R_AARCH64_PREL64 R_AARCH64 = 260
const R_AARCH64_RELATIVE R_AARCH64 = 1027
const R_AARCH64_TLSDESC R_AARCH64 = 1031
const R_AARCH64_TLSDESC_ADD R_AARCH64 = 568
const R_AARCH64_TLSDESC_ADD_LO12_NC R_AARCH64 = 564
const R_AARCH64_TLSDESC_ADR_PAGE21 R_AARCH64 = 562
const R_AARCH64_TLSDESC_ADR_PREL21 R_AARCH64 = 561
const R_AARCH64_TLSDESC_CALL R_AARCH64 = 569
const R_AARCH64_TLSDESC_LD64_LO12_NC R_AARCH64 = 563
const R_AARCH64_TLSDESC_LDR R_AARCH64 = 567
const R_AARCH64_TLSDESC_LD_PREL19 R_AARCH64 = 560
const R_AARCH64_TLSDESC_OFF_G0_NC R_AARCH64 = 566
const R_AARCH64_TLSDESC_OFF_G1 R_AARCH64 = 565
const R_AARCH64_TLSGD_ADD_LO12_NC R_AARCH64 = 514
const R_AARCH64_TLSGD_ADR_PAGE21 R_AARCH64 = 513
const R_AARCH64_TLSGD_ADR_PREL21 R_AARCH64 = 512
const R_AARCH64_TLSGD_MOVW_G0_NC R_AARCH64 = 516
const R_AARCH64_TLSGD_MOVW_G1 R_AARCH64 = 515
const R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21 R_AARCH64 = 541
const R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC R_AARCH64 = 542
const R_AARCH64_TLSIE_LD_GOTTPREL_PREL19 R_AARCH64 = 543
const R_AARCH64_TLSIE_MOVW_GOTTPREL_G0_NC R_AARCH64 = 540
const R_AARCH64_TLSIE_MOVW_GOTTPREL_G1 R_AARCH64 = 539
const R_AARCH64_TLSLD_ADR_PAGE21 R_AARCH64 = 518
const R_AARCH64_TLSLD_ADR_PREL21 R_AARCH64 = 517
const R_AARCH64_TLSLD_LDST128_DTPREL_LO12 R_AARCH64 = 572
const R_AARCH64_TLSLD_LDST128_DTPREL_LO12_NC R_AARCH64 = 573
const R_AARCH64_TLSLE_ADD_TPREL_HI12 R_AARCH64 = 549
const R_AARCH64_TLSLE_ADD_TPREL_LO12 R_AARCH64 = 550
const R_AARCH64_TLSLE_ADD_TPREL_LO12_NC R_AARCH64 = 551
const R_AARCH64_TLSLE_LDST128_TPREL_LO12 R_AARCH64 = 570
const R_AARCH64_TLSLE_LDST128_TPREL_LO12_NC R_AARCH64 = 571
const R_AARCH64_TLSLE_MOVW_TPREL_G0 R_AARCH64 = 547
const R_AARCH64_TLSLE_MOVW_TPREL_G0_NC R_AARCH64 = 548
const R_AARCH64_TLSLE_MOVW_TPREL_G1 R_AARCH64 = 545
const R_AARCH64_TLSLE_MOVW_TPREL_G1_NC R_AARCH64 = 546
const R_AARCH64_TLSLE_MOVW_TPREL_G2 R_AARCH64 = 544
const R_AARCH64_TLS_DTPMOD64 R_AARCH64 = 1028
const R_AARCH64_TLS_DTPREL64 R_AARCH64 = 1029
const R_AARCH64_TLS_TPREL64 R_AARCH64 = 1030
const R_AARCH64_TSTBR14 R_AARCH64 = 279
const R_ALPHA_BRADDR R_ALPHA = 7
const R_ALPHA_COPY R_ALPHA = 24
const R_ALPHA_GLOB_DAT R_ALPHA = 25
const R_ALPHA_GPDISP R_ALPHA = 6
const R_ALPHA_GPREL32 R_ALPHA = 3
const R_ALPHA_GPRELHIGH R_ALPHA = 17
const R_ALPHA_GPRELLOW R_ALPHA = 18
const R_ALPHA_GPVALUE R_ALPHA = 16
const R_ALPHA_HINT R_ALPHA = 8
const R_ALPHA_IMMED_BR_HI32 R_ALPHA = 22
const R_ALPHA_IMMED_GP_16 R_ALPHA = 19
const R_ALPHA_IMMED_GP_HI32 R_ALPHA = 20
const R_ALPHA_IMMED_LO32 R_ALPHA = 23
const R_ALPHA_IMMED_SCN_HI32 R_ALPHA = 21
const R_ALPHA_JMP_SLOT R_ALPHA = 26
const R_ALPHA_LITERAL R_ALPHA = 4
const R_ALPHA_LITUSE R_ALPHA = 5
const R_ALPHA_NONE R_ALPHA = 0
const R_ALPHA_OP_PRSHIFT R_ALPHA = 15
const R_ALPHA_OP_PSUB R_ALPHA = 14
const R_ALPHA_OP_PUSH R_ALPHA = 12
const R_ALPHA_OP_STORE R_ALPHA = 13
const R_ALPHA_REFLONG R_ALPHA = 1
const R_ALPHA_REFQUAD R_ALPHA = 2
const R_ALPHA_RELATIVE R_ALPHA = 27
const R_ALPHA_SREL16 R_ALPHA = 9
const R_ALPHA_SREL32 R_ALPHA = 10
const R_ALPHA_SREL64 R_ALPHA = 11
const R_ARM_ABS12 R_ARM = 6
const R_ARM_ABS16 R_ARM = 5
const R_ARM_ABS32 R_ARM = 2
const R_ARM_ABS32_NOI R_ARM = 55
const R_ARM_ABS8 R_ARM = 8
const R_ARM_ALU_PCREL_15_8 R_ARM = 33
const R_ARM_ALU_PCREL_23_15 R_ARM = 34
const R_ARM_ALU_PCREL_7_0 R_ARM = 32
const R_ARM_ALU_PC_G0 R_ARM = 58
const R_ARM_ALU_PC_G0_NC R_ARM = 57
const R_ARM_ALU_PC_G1 R_ARM = 60
const R_ARM_ALU_PC_G1_NC R_ARM = 59
const R_ARM_ALU_PC_G2 R_ARM = 61
const R_ARM_ALU_SBREL_19_12_NC R_ARM = 36
const R_ARM_ALU_SBREL_27_20_CK R_ARM = 37
const R_ARM_ALU_SB_G0 R_ARM = 71
const R_ARM_ALU_SB_G0_NC R_ARM = 70
const R_ARM_ALU_SB_G1 R_ARM = 73
const R_ARM_ALU_SB_G1_NC R_ARM = 72
const R_ARM_ALU_SB_G2 R_ARM = 74
const R_ARM_AMP_VCALL9 R_ARM = 12
const R_ARM_BASE_ABS R_ARM = 31
const R_ARM_CALL R_ARM = 28
const R_ARM_COPY R_ARM = 20
const R_ARM_GLOB_DAT R_ARM = 21
const R_ARM_GNU_VTENTRY R_ARM = 100
const R_ARM_GNU_VTINHERIT R_ARM = 101
const R_ARM_GOT32 R_ARM = 26
const R_ARM_GOTOFF R_ARM = 24
const R_ARM_GOTOFF12 R_ARM = 98
const R_ARM_GOTPC R_ARM = 25
const R_ARM_GOTRELAX R_ARM = 99
const R_ARM_GOT_ABS R_ARM = 95
const R_ARM_GOT_BREL12 R_ARM = 97
const R_ARM_GOT_PREL R_ARM = 96
const R_ARM_IRELATIVE R_ARM = 160
const R_ARM_JUMP24 R_ARM = 29
const R_ARM_JUMP_SLOT R_ARM = 22
const R_ARM_LDC_PC_G0 R_ARM = 67
const R_ARM_LDC_PC_G1 R_ARM = 68
const R_ARM_LDC_PC_G2 R_ARM = 69
const R_ARM_LDC_SB_G0 R_ARM = 81
const R_ARM_LDC_SB_G1 R_ARM = 82
const R_ARM_LDC_SB_G2 R_ARM = 83
const R_ARM_LDRS_PC_G0 R_ARM = 64
const R_ARM_LDRS_PC_G1 R_ARM = 65
const R_ARM_LDRS_PC_G2 R_ARM = 66
const R_ARM_LDRS_SB_G0 R_ARM = 78
const R_ARM_LDRS_SB_G1 R_ARM = 79
const R_ARM_LDRS_SB_G2 R_ARM = 80
const R_ARM_LDR_PC_G1 R_ARM = 62
const R_ARM_LDR_PC_G2 R_ARM = 63
const R_ARM_LDR_SBREL_11_10_NC R_ARM = 35
const R_ARM_LDR_SB_G0 R_ARM = 75
const R_ARM_LDR_SB_G1 R_ARM = 76
const R_ARM_LDR_SB_G2 R_ARM = 77
const R_ARM_ME_TOO R_ARM = 128
const R_ARM_MOVT_ABS R_ARM = 44
const R_ARM_MOVT_BREL R_ARM = 85
const R_ARM_MOVT_PREL R_ARM = 46
const R_ARM_MOVW_ABS_NC R_ARM = 43
const R_ARM_MOVW_BREL R_ARM = 86
const R_ARM_MOVW_BREL_NC R_ARM = 84
const R_ARM_MOVW_PREL_NC R_ARM = 45
const R_ARM_NONE R_ARM = 0
const R_ARM_PC13 R_ARM = 4
const R_ARM_PC24 R_ARM = 1
const R_ARM_PLT32 R_ARM = 27
const R_ARM_PLT32_ABS R_ARM = 94
const R_ARM_PREL31 R_ARM = 42
const R_ARM_PRIVATE_0 R_ARM = 112
const R_ARM_PRIVATE_1 R_ARM = 113
const R_ARM_PRIVATE_10 R_ARM = 122
const R_ARM_PRIVATE_11 R_ARM = 123
const R_ARM_PRIVATE_12 R_ARM = 124
const R_ARM_PRIVATE_13 R_ARM = 125
const R_ARM_PRIVATE_14 R_ARM = 126
const R_ARM_PRIVATE_15 R_ARM = 127
const R_ARM_PRIVATE_2 R_ARM = 114
const R_ARM_PRIVATE_3 R_ARM = 115
const R_ARM_PRIVATE_4 R_ARM = 116
const R_ARM_PRIVATE_5 R_ARM = 117
const R_ARM_PRIVATE_6 R_ARM = 118
const R_ARM_PRIVATE_7 R_ARM = 119
const R_ARM_PRIVATE_8 R_ARM = 120
const R_ARM_PRIVATE_9 R_ARM = 121
const R_ARM_RABS32 R_ARM = 253
const R_ARM_RBASE R_ARM = 255
const R_ARM_REL32 R_ARM = 3
const R_ARM_REL32_NOI R_ARM = 56
const R_ARM_RELATIVE R_ARM = 23
const R_ARM_RPC24 R_ARM = 254
const R_ARM_RREL32 R_ARM = 252
const R_ARM_RSBREL32 R_ARM = 250
const R_ARM_RXPC25 R_ARM = 249
const R_ARM_SBREL31 R_ARM = 39
const R_ARM_SBREL32 R_ARM = 9
const R_ARM_SWI24 R_ARM = 13
const R_ARM_TARGET1 R_ARM = 38
const R_ARM_TARGET2 R_ARM = 41
const R_ARM_THM_ABS5 R_ARM = 7
const R_ARM_THM_ALU_ABS_G0_NC R_ARM = 132
const R_ARM_THM_ALU_ABS_G1_NC R_ARM = 133
const R_ARM_THM_ALU_ABS_G2_NC R_ARM = 134
const R_ARM_THM_ALU_ABS_G3 R_ARM = 135
const R_ARM_THM_ALU_PREL_11_0 R_ARM = 53
const R_ARM_THM_GOT_BREL12 R_ARM = 131
const R_ARM_THM_JUMP11 R_ARM = 102
const R_ARM_THM_JUMP19 R_ARM = 51
const R_ARM_THM_JUMP24 R_ARM = 30
const R_ARM_THM_JUMP6 R_ARM = 52
const R_ARM_THM_JUMP8 R_ARM = 103
const R_ARM_THM_MOVT_ABS R_ARM = 48
const R_ARM_THM_MOVT_BREL R_ARM = 88
const R_ARM_THM_MOVT_PREL R_ARM = 50
const R_ARM_THM_MOVW_ABS_NC R_ARM = 47
const R_ARM_THM_MOVW_BREL R_ARM = 89
const R_ARM_THM_MOVW_BREL_NC R_ARM = 87
const R_ARM_THM_MOVW_PREL_NC R_ARM = 49
const R_ARM_THM_PC12 R_ARM = 54
const R_ARM_THM_PC22 R_ARM = 10
const R_ARM_THM_PC8 R_ARM = 11
const R_ARM_THM_RPC22 R_ARM = 251
const R_ARM_THM_SWI8 R_ARM = 14
const R_ARM_THM_TLS_CALL R_ARM = 93
const R_ARM_THM_TLS_DESCSEQ16 R_ARM = 129
const R_ARM_THM_TLS_DESCSEQ32 R_ARM = 130
const R_ARM_THM_XPC22 R_ARM = 16
const R_ARM_TLS_CALL R_ARM = 91
const R_ARM_TLS_DESCSEQ R_ARM = 92
const R_ARM_TLS_DTPMOD32 R_ARM = 17
const R_ARM_TLS_DTPOFF32 R_ARM = 18
const R_ARM_TLS_GD32 R_ARM = 104
const R_ARM_TLS_GOTDESC R_ARM = 90
const R_ARM_TLS_IE12GP R_ARM = 111
const R_ARM_TLS_IE32 R_ARM = 107
const R_ARM_TLS_LDM32 R_ARM = 105
const R_ARM_TLS_LDO12 R_ARM = 109
const R_ARM_TLS_LDO32 R_ARM = 106
const R_ARM_TLS_LE12 R_ARM = 110
const R_ARM_TLS_LE32 R_ARM = 108
const R_ARM_TLS_TPOFF32 R_ARM = 19
const R_ARM_V4BX R_ARM = 40
const R_ARM_XPC25 R_ARM = 15

func R_INFO(sym uint32, typ uint32) uint64
func R_INFO32(sym uint32, typ uint32) uint32

const R_LARCH_32 R_LARCH = 1
const R_LARCH_32_PCREL R_LARCH = 99
const R_LARCH_64 R_LARCH = 2
const R_LARCH_64_PCREL R_LARCH = 109
const R_LARCH_ABS64_HI12 R_LARCH = 70
const R_LARCH_ABS64_LO20 R_LARCH = 69
const R_LARCH_ABS_HI20 R_LARCH = 67
const R_LARCH_ABS_LO12 R_LARCH = 68
const R_LARCH_ADD16 R_LARCH = 48
const R_LARCH_ADD24 R_LARCH = 49
const R_LARCH_ADD32 R_LARCH = 50
const R_LARCH_ADD6 R_LARCH = 105
const R_LARCH_ADD64 R_LARCH = 51
const R_LARCH_ADD8 R_LARCH = 47
const R_LARCH_ADD_ULEB128 R_LARCH = 107
const R_LARCH_ALIGN R_LARCH = 102
const R_LARCH_B16 R_LARCH = 64
const R_LARCH_B21 R_LARCH = 65
const R_LARCH_B26 R_LARCH = 66
const R_LARCH_CALL36 R_LARCH = 110
const R_LARCH_CFA R_LARCH = 104
const R_LARCH_COPY R_LARCH = 4
const R_LARCH_DELETE R_LARCH = 101
const R_LARCH_GNU_VTENTRY R_LARCH = 58
const R_LARCH_GNU_VTINHERIT R_LARCH = 57
const R_LARCH_GOT64_HI12 R_LARCH = 82
const R_LARCH_GOT64_LO20 R_LARCH = 81
const R_LARCH_GOT64_PC_HI12 R_LARCH = 78
const R_LARCH_GOT64_PC_LO20 R_LARCH = 77
const R_LARCH_GOT_HI20 R_LARCH = 79
const R_LARCH_GOT_LO12 R_LARCH = 80
const R_LARCH_GOT_PC_HI20 R_LARCH = 75
const R_LARCH_GOT_PC_LO12 R_LARCH = 76
const R_LARCH_IRELATIVE R_LARCH = 12
const R_LARCH_JUMP_SLOT R_LARCH = 5
const R_LARCH_MARK_LA R_LARCH = 20
const R_LARCH_MARK_PCREL R_LARCH = 21
const R_LARCH_NONE R_LARCH = 0
const R_LARCH_PCALA64_HI12 R_LARCH = 74
const R_LARCH_PCALA64_LO20 R_LARCH = 73
const R_LARCH_PCALA_HI20 R_LARCH = 71
const R_LARCH_PCALA_LO12 R_LARCH = 72
const R_LARCH_PCREL20_S2 R_LARCH = 103
const R_LARCH_RELATIVE R_LARCH = 3
const R_LARCH_RELAX R_LARCH = 100
const R_LARCH_SOP_ADD R_LARCH = 35
const R_LARCH_SOP_AND R_LARCH = 36
const R_LARCH_SOP_ASSERT R_LARCH = 30
const R_LARCH_SOP_IF_ELSE R_LARCH = 37
const R_LARCH_SOP_NOT R_LARCH = 31
const R_LARCH_SOP_POP_32_S_0_10_10_16_S2 R_LARCH = 45
const R_LARCH_SOP_POP_32_S_0_5_10_16_S2 R_LARCH = 44
const R_LARCH_SOP_POP_32_S_10_12 R_LARCH = 40
const R_LARCH_SOP_POP_32_S_10_16 R_LARCH = 41
const R_LARCH_SOP_POP_32_S_10_16_S2 R_LARCH = 42
const R_LARCH_SOP_POP_32_S_10_5 R_LARCH = 38
const R_LARCH_SOP_POP_32_S_5_20 R_LARCH = 43
const R_LARCH_SOP_POP_32_U R_LARCH = 46
const R_LARCH_SOP_POP_32_U_10_12 R_LARCH = 39
const R_LARCH_SOP_PUSH_ABSOLUTE R_LARCH = 23
const R_LARCH_SOP_PUSH_DUP R_LARCH = 24
const R_LARCH_SOP_PUSH_GPREL R_LARCH = 25
const R_LARCH_SOP_PUSH_PCREL R_LARCH = 22
const R_LARCH_SOP_PUSH_PLT_PCREL R_LARCH = 29
const R_LARCH_SOP_PUSH_TLS_GD R_LARCH = 28
const R_LARCH_SOP_PUSH_TLS_GOT R_LARCH = 27
const R_LARCH_SOP_PUSH_TLS_TPREL R_LARCH = 26
const R_LARCH_SOP_SL R_LARCH = 33
const R_LARCH_SOP_SR R_LARCH = 34
const R_LARCH_SOP_SUB R_LARCH = 32
const R_LARCH_SUB16 R_LARCH = 53
const R_LARCH_SUB24 R_LARCH = 54
const R_LARCH_SUB32 R_LARCH = 55
const R_LARCH_SUB6 R_LARCH = 106
const R_LARCH_SUB64 R_LARCH = 56
const R_LARCH_SUB8 R_LARCH = 52
const R_LARCH_SUB_ULEB128 R_LARCH = 108
const R_LARCH_TLS_DESC32 R_LARCH = 13
const R_LARCH_TLS_DESC64 R_LARCH = 14
const R_LARCH_TLS_DESC64_HI12 R_LARCH = 118
const R_LARCH_TLS_DESC64_LO20 R_LARCH = 117
const R_LARCH_TLS_DESC64_PC_HI12 R_LARCH = 114
const R_LARCH_TLS_DESC64_PC_LO20 R_LARCH = 113
const R_LARCH_TLS_DESC_CALL R_LARCH = 120
const R_LARCH_TLS_DESC_HI20 R_LARCH = 115
const R_LARCH_TLS_DESC_LD R_LARCH = 119
const R_LARCH_TLS_DESC_LO12 R_LARCH = 116
const R_LARCH_TLS_DESC_PCREL20_S2 R_LARCH = 126
const R_LARCH_TLS_DESC_PC_HI20 R_LARCH = 111
const R_LARCH_TLS_DESC_PC_LO12 R_LARCH = 112
const R_LARCH_TLS_DTPMOD32 R_LARCH = 6
const R_LARCH_TLS_DTPMOD64 R_LARCH = 7
const R_LARCH_TLS_DTPREL32 R_LARCH = 8
const R_LARCH_TLS_DTPREL64 R_LARCH = 9
const R_LARCH_TLS_GD_HI20 R_LARCH = 98
const R_LARCH_TLS_GD_PCREL20_S2 R_LARCH = 125
const R_LARCH_TLS_GD_PC_HI20 R_LARCH = 97
const R_LARCH_TLS_IE64_HI12 R_LARCH = 94
const R_LARCH_TLS_IE64_LO20 R_LARCH = 93
const R_LARCH_TLS_IE64_PC_HI12 R_LARCH = 90
const R_LARCH_TLS_IE64_PC_LO20 R_LARCH = 89
const R_LARCH_TLS_IE_HI20 R_LARCH = 91
const R_LARCH_TLS_IE_LO12 R_LARCH = 92
const R_LARCH_TLS_IE_PC_HI20 R_LARCH = 87
const R_LARCH_TLS_IE_PC_LO12 R_LARCH = 88
const R_LARCH_TLS_LD_HI20 R_LARCH = 96
const R_LARCH_TLS_LD_PCREL20_S2 R_LARCH = 124
const R_LARCH_TLS_LD_PC_HI20 R_LARCH = 95
const R_LARCH_TLS_LE64_HI12 R_LARCH = 86
const R_LARCH_TLS_LE64_LO20 R_LARCH = 85
const R_LARCH_TLS_LE_ADD_R R_LARCH = 122
const R_LARCH_TLS_LE_HI20 R_LARCH = 83
const R_LARCH_TLS_LE_HI20_R R_LARCH = 121
const R_LARCH_TLS_LE_LO12 R_LARCH = 84
const R_LARCH_TLS_LE_LO12_R R_LARCH = 123
const R_LARCH_TLS_TPREL32 R_LARCH = 10
const R_LARCH_TLS_TPREL64 R_LARCH = 11
const R_MIPS_16 R_MIPS = 1
const R_MIPS_26 R_MIPS = 4
const R_MIPS_32 R_MIPS = 2
const R_MIPS_64 R_MIPS = 18
const R_MIPS_ADD_IMMEDIATE R_MIPS = 34
const R_MIPS_CALL16 R_MIPS = 11
const R_MIPS_CALL_HI16 R_MIPS = 30
const R_MIPS_CALL_LO16 R_MIPS = 31
const R_MIPS_DELETE R_MIPS = 27
const R_MIPS_GOT16 R_MIPS = 9
const R_MIPS_GOT_DISP R_MIPS = 19
const R_MIPS_GOT_HI16 R_MIPS = 22
const R_MIPS_GOT_LO16 R_MIPS = 23
const R_MIPS_GOT_OFST R_MIPS = 21
const R_MIPS_GOT_PAGE R_MIPS = 20
const R_MIPS_GPREL16 R_MIPS = 7
const R_MIPS_GPREL32 R_MIPS = 12
const R_MIPS_HI16 R_MIPS = 5
const R_MIPS_HIGHER R_MIPS = 28
const R_MIPS_HIGHEST R_MIPS = 29
const R_MIPS_INSERT_A R_MIPS = 25
const R_MIPS_INSERT_B R_MIPS = 26
const R_MIPS_JALR R_MIPS = 37
const R_MIPS_LITERAL R_MIPS = 8
const R_MIPS_LO16 R_MIPS = 6
const R_MIPS_NONE R_MIPS = 0
const R_MIPS_PC16 R_MIPS = 10
const R_MIPS_PC32 R_MIPS = 248
const R_MIPS_PJUMP R_MIPS = 35
const R_MIPS_REL16 R_MIPS = 33
const R_MIPS_REL32 R_MIPS = 3
const R_MIPS_RELGOT R_MIPS = 36
const R_MIPS_SCN_DISP R_MIPS = 32
const R_MIPS_SHIFT5 R_MIPS = 16
const R_MIPS_SHIFT6 R_MIPS = 17
const R_MIPS_SUB R_MIPS = 24
const R_MIPS_TLS_DTPMOD32 R_MIPS = 38
const R_MIPS_TLS_DTPMOD64 R_MIPS = 40
const R_MIPS_TLS_DTPREL32 R_MIPS = 39
const R_MIPS_TLS_DTPREL64 R_MIPS = 41
const R_MIPS_TLS_DTPREL_HI16 R_MIPS = 44
const R_MIPS_TLS_DTPREL_LO16 R_MIPS = 45
const R_MIPS_TLS_GD R_MIPS = 42
const R_MIPS_TLS_GOTTPREL R_MIPS = 46
const R_MIPS_TLS_LDM R_MIPS = 43
const R_MIPS_TLS_TPREL32 R_MIPS = 47
const R_MIPS_TLS_TPREL64 R_MIPS = 48
const R_MIPS_TLS_TPREL_HI16 R_MIPS = 49
const R_MIPS_TLS_TPREL_LO16 R_MIPS = 50
const R_PPC64_ADDR14 R_PPC64 = 7
const R_PPC64_ADDR14_BRNTAKEN R_PPC64 = 9
const R_PPC64_ADDR14_BRTAKEN R_PPC64 = 8
const R_PPC64_ADDR16 R_PPC64 = 3
const R_PPC64_ADDR16_DS R_PPC64 = 56
const R_PPC64_ADDR16_HA R_PPC64 = 6
const R_PPC64_ADDR16_HI R_PPC64 = 5
const R_PPC64_ADDR16_HIGH R_PPC64 = 110
const R_PPC64_ADDR16_HIGHA R_PPC64 = 111
const R_PPC64_ADDR16_HIGHER R_PPC64 = 39
const R_PPC64_ADDR16_HIGHER34 R_PPC64 = 136
const R_PPC64_ADDR16_HIGHERA R_PPC64 = 40
const R_PPC64_ADDR16_HIGHERA34 R_PPC64 = 137
const R_PPC64_ADDR16_HIGHEST R_PPC64 = 41
const R_PPC64_ADDR16_HIGHEST34 R_PPC64 = 138
const R_PPC64_ADDR16_HIGHESTA R_PPC64 = 42
const R_PPC64_ADDR16_HIGHESTA34 R_PPC64 = 139
const R_PPC64_ADDR16_LO R_PPC64 = 4
const R_PPC64_ADDR16_LO_DS R_PPC64 = 57
const R_PPC64_ADDR24 R_PPC64 = 2
const R_PPC64_ADDR32 R_PPC64 = 1
const R_PPC64_ADDR64 R_PPC64 = 38
const R_PPC64_ADDR64_LOCAL R_PPC64 = 117
const R_PPC64_COPY R_PPC64 = 19
const R_PPC64_D28 R_PPC64 = 144
const R_PPC64_D34 R_PPC64 = 128
const R_PPC64_D34_HA30 R_PPC64 = 131
const R_PPC64_D34_HI30 R_PPC64 = 130
const R_PPC64_D34_LO R_PPC64 = 129
const R_PPC64_DTPMOD64 R_PPC64 = 68
const R_PPC64_DTPREL16 R_PPC64 = 74
const R_PPC64_DTPREL16_DS R_PPC64 = 101
const R_PPC64_DTPREL16_HA R_PPC64 = 77
const R_PPC64_DTPREL16_HI R_PPC64 = 76
const R_PPC64_DTPREL16_HIGH R_PPC64 = 114
const R_PPC64_DTPREL16_HIGHA R_PPC64 = 115
const R_PPC64_DTPREL16_HIGHER R_PPC64 = 103
const R_PPC64_DTPREL16_HIGHERA R_PPC64 = 104
const R_PPC64_DTPREL16_HIGHEST R_PPC64 = 105
const R_PPC64_DTPREL16_HIGHESTA R_PPC64 = 106
const R_PPC64_DTPREL16_LO R_PPC64 = 75
const R_PPC64_DTPREL16_LO_DS R_PPC64 = 102
const R_PPC64_DTPREL34 R_PPC64 = 147
const R_PPC64_DTPREL64 R_PPC64 = 78
const R_PPC64_ENTRY R_PPC64 = 118
const R_PPC64_GLOB_DAT R_PPC64 = 20
const R_PPC64_GNU_VTENTRY R_PPC64 = 254
const R_PPC64_GNU_VTINHERIT R_PPC64 = 253
const R_PPC64_GOT16 R_PPC64 = 14
const R_PPC64_GOT16_DS R_PPC64 = 58
const R_PPC64_GOT16_HA R_PPC64 = 17
const R_PPC64_GOT16_HI R_PPC64 = 16
const R_PPC64_GOT16_LO R_PPC64 = 15
const R_PPC64_GOT16_LO_DS R_PPC64 = 59
const R_PPC64_GOT_DTPREL16_DS R_PPC64 = 91
const R_PPC64_GOT_DTPREL16_HA R_PPC64 = 94
const R_PPC64_GOT_DTPREL16_HI R_PPC64 = 93
const R_PPC64_GOT_DTPREL16_LO_DS R_PPC64 = 92
const R_PPC64_GOT_DTPREL_PCREL34 R_PPC64 = 151
const R_PPC64_GOT_PCREL34 R_PPC64 = 133
const R_PPC64_GOT_TLSGD16 R_PPC64 = 79
const R_PPC64_GOT_TLSGD16_HA R_PPC64 = 82
const R_PPC64_GOT_TLSGD16_HI R_PPC64 = 81
const R_PPC64_GOT_TLSGD16_LO R_PPC64 = 80
const R_PPC64_GOT_TLSGD_PCREL34 R_PPC64 = 148
const R_PPC64_GOT_TLSLD16 R_PPC64 = 83
const R_PPC64_GOT_TLSLD16_HA R_PPC64 = 86
const R_PPC64_GOT_TLSLD16_HI R_PPC64 = 85
const R_PPC64_GOT_TLSLD16_LO R_PPC64 = 84
const R_PPC64_GOT_TLSLD_PCREL34 R_PPC64 = 149
const R_PPC64_GOT_TPREL16_DS R_PPC64 = 87
const R_PPC64_GOT_TPREL16_HA R_PPC64 = 90
const R_PPC64_GOT_TPREL16_HI R_PPC64 = 89
const R_PPC64_GOT_TPREL16_LO_DS R_PPC64 = 88
const R_PPC64_GOT_TPREL_PCREL34 R_PPC64 = 150
const R_PPC64_IRELATIVE R_PPC64 = 248
const R_PPC64_JMP_IREL R_PPC64 = 247
const R_PPC64_JMP_SLOT R_PPC64 = 21
const R_PPC64_NONE R_PPC64 = 0
const R_PPC64_PCREL28 R_PPC64 = 145
const R_PPC64_PCREL34 R_PPC64 = 132
const R_PPC64_PCREL_OPT R_PPC64 = 123
const R_PPC64_PLT16_HA R_PPC64 = 31
const R_PPC64_PLT16_HI R_PPC64 = 30
const R_PPC64_PLT16_LO R_PPC64 = 29
const R_PPC64_PLT16_LO_DS R_PPC64 = 60
const R_PPC64_PLT32 R_PPC64 = 27
const R_PPC64_PLT64 R_PPC64 = 45
const R_PPC64_PLTCALL R_PPC64 = 120
const R_PPC64_PLTCALL_NOTOC R_PPC64 = 122
const R_PPC64_PLTGOT16 R_PPC64 = 52
const R_PPC64_PLTGOT16_DS R_PPC64 = 65
const R_PPC64_PLTGOT16_HA R_PPC64 = 55
const R_PPC64_PLTGOT16_HI R_PPC64 = 54
const R_PPC64_PLTGOT16_LO R_PPC64 = 53
const R_PPC64_PLTGOT_LO_DS R_PPC64 = 66
const R_PPC64_PLTREL32 R_PPC64 = 28
const R_PPC64_PLTREL64 R_PPC64 = 46
const R_PPC64_PLTSEQ R_PPC64 = 119
const R_PPC64_PLTSEQ_NOTOC R_PPC64 = 121
const R_PPC64_PLT_PCREL34 R_PPC64 = 134
const R_PPC64_PLT_PCREL34_NOTOC R_PPC64 = 135
const R_PPC64_REL14 R_PPC64 = 11
const R_PPC64_REL14_BRNTAKEN R_PPC64 = 13
const R_PPC64_REL14_BRTAKEN R_PPC64 = 12
const R_PPC64_REL16 R_PPC64 = 249
const R_PPC64_REL16DX_HA R_PPC64 = 246
const R_PPC64_REL16_HA R_PPC64 = 252
const R_PPC64_REL16_HI R_PPC64 = 251
const R_PPC64_REL16_HIGH R_PPC64 = 240
const R_PPC64_REL16_HIGHA R_PPC64 = 241
const R_PPC64_REL16_HIGHER R_PPC64 = 242
const R_PPC64_REL16_HIGHER34 R_PPC64 = 140
const R_PPC64_REL16_HIGHERA R_PPC64 = 243
const R_PPC64_REL16_HIGHERA34 R_PPC64 = 141
const R_PPC64_REL16_HIGHEST R_PPC64 = 244
const R_PPC64_REL16_HIGHEST34 R_PPC64 = 142
const R_PPC64_REL16_HIGHESTA R_PPC64 = 245
const R_PPC64_REL16_HIGHESTA34 R_PPC64 = 143
const R_PPC64_REL16_LO R_PPC64 = 250
const R_PPC64_REL24 R_PPC64 = 10
const R_PPC64_REL24_NOTOC R_PPC64 = 116
const R_PPC64_REL24_P9NOTOC R_PPC64 = 124
const R_PPC64_REL30 R_PPC64 = 37
const R_PPC64_REL32 R_PPC64 = 26
const R_PPC64_REL64 R_PPC64 = 44
const R_PPC64_RELATIVE R_PPC64 = 22
const R_PPC64_SECTOFF R_PPC64 = 33
const R_PPC64_SECTOFF_DS R_PPC64 = 61
const R_PPC64_SECTOFF_HA R_PPC64 = 36
const R_PPC64_SECTOFF_HI R_PPC64 = 35
const R_PPC64_SECTOFF_LO R_PPC64 = 34
const R_PPC64_SECTOFF_LO_DS R_PPC64 = 62
const R_PPC64_TLS R_PPC64 = 67
const R_PPC64_TLSGD R_PPC64 = 107
const R_PPC64_TLSLD R_PPC64 = 108
const R_PPC64_TOC R_PPC64 = 51
const R_PPC64_TOC16 R_PPC64 = 47
const R_PPC64_TOC16_DS R_PPC64 = 63
const R_PPC64_TOC16_HA R_PPC64 = 50
const R_PPC64_TOC16_HI R_PPC64 = 49
const R_PPC64_TOC16_LO R_PPC64 = 48
const R_PPC64_TOC16_LO_DS R_PPC64 = 64
const R_PPC64_TOCSAVE R_PPC64 = 109
const R_PPC64_TPREL16 R_PPC64 = 69
const R_PPC64_TPREL16_DS R_PPC64 = 95
const R_PPC64_TPREL16_HA R_PPC64 = 72
const R_PPC64_TPREL16_HI R_PPC64 = 71
const R_PPC64_TPREL16_HIGH R_PPC64 = 112
const R_PPC64_TPREL16_HIGHA R_PPC64 = 113
const R_PPC64_TPREL16_HIGHER R_PPC64 = 97
const R_PPC64_TPREL16_HIGHERA R_PPC64 = 98
const R_PPC64_TPREL16_HIGHEST R_PPC64 = 99
const R_PPC64_TPREL16_HIGHESTA R_PPC64 = 100
const R_PPC64_TPREL16_LO R_PPC64 = 70
const R_PPC64_TPREL16_LO_DS R_PPC64 = 96
const R_PPC64_TPREL34 R_PPC64 = 146
const R_PPC64_TPREL64 R_PPC64 = 73
const R_PPC64_UADDR16 R_PPC64 = 25
const R_PPC64_UADDR32 R_PPC64 = 24
const R_PPC64_UADDR64 R_PPC64 = 43
const R_PPC_ADDR14 R_PPC = 7
const R_PPC_ADDR14_BRNTAKEN R_PPC = 9
const R_PPC_ADDR14_BRTAKEN R_PPC = 8
const R_PPC_ADDR16 R_PPC = 3
const R_PPC_ADDR16_HA R_PPC = 6
const R_PPC_ADDR16_HI R_PPC = 5
const R_PPC_ADDR16_LO R_PPC = 4
const R_PPC_ADDR24 R_PPC = 2
const R_PPC_ADDR32 R_PPC = 1
const R_PPC_COPY R_PPC = 19
const R_PPC_DTPMOD32 R_PPC = 68
const R_PPC_DTPREL16 R_PPC = 74
const R_PPC_DTPREL16_HA R_PPC = 77
const R_PPC_DTPREL16_HI R_PPC = 76
const R_PPC_DTPREL16_LO R_PPC = 75
const R_PPC_DTPREL32 R_PPC = 78
const R_PPC_EMB_BIT_FLD R_PPC = 115
const R_PPC_EMB_MRKREF R_PPC = 110
const R_PPC_EMB_NADDR16 R_PPC = 102
const R_PPC_EMB_NADDR16_HA R_PPC = 105
const R_PPC_EMB_NADDR16_HI R_PPC = 104
const R_PPC_EMB_NADDR16_LO R_PPC = 103
const R_PPC_EMB_NADDR32 R_PPC = 101
const R_PPC_EMB_RELSDA R_PPC = 116
const R_PPC_EMB_RELSEC16 R_PPC = 111
const R_PPC_EMB_RELST_HA R_PPC = 114
const R_PPC_EMB_RELST_HI R_PPC = 113
const R_PPC_EMB_RELST_LO R_PPC = 112
const R_PPC_EMB_SDA21 R_PPC = 109
const R_PPC_EMB_SDA2I16 R_PPC = 107
const R_PPC_EMB_SDA2REL R_PPC = 108
const R_PPC_EMB_SDAI16 R_PPC = 106
const R_PPC_GLOB_DAT R_PPC = 20
const R_PPC_GOT16 R_PPC = 14
const R_PPC_GOT16_HA R_PPC = 17
const R_PPC_GOT16_HI R_PPC = 16
const R_PPC_GOT16_LO R_PPC = 15
const R_PPC_GOT_TLSGD16 R_PPC = 79
const R_PPC_GOT_TLSGD16_HA R_PPC = 82
const R_PPC_GOT_TLSGD16_HI R_PPC = 81
const R_PPC_GOT_TLSGD16_LO R_PPC = 80
const R_PPC_GOT_TLSLD16 R_PPC = 83
const R_PPC_GOT_TLSLD16_HA R_PPC = 86
const R_PPC_GOT_TLSLD16_HI R_PPC = 85
const R_PPC_GOT_TLSLD16_LO R_PPC = 84
const R_PPC_GOT_TPREL16 R_PPC = 87
const R_PPC_GOT_TPREL16_HA R_PPC = 90
const R_PPC_GOT_TPREL16_HI R_PPC = 89
const R_PPC_GOT_TPREL16_LO R_PPC = 88
const R_PPC_JMP_SLOT R_PPC = 21
const R_PPC_LOCAL24PC R_PPC = 23
const R_PPC_NONE R_PPC = 0
const R_PPC_PLT16_HA R_PPC = 31
const R_PPC_PLT16_HI R_PPC = 30
const R_PPC_PLT16_LO R_PPC = 29
const R_PPC_PLT32 R_PPC = 27
const R_PPC_PLTREL24 R_PPC = 18
const R_PPC_PLTREL32 R_PPC = 28
const R_PPC_REL14 R_PPC = 11
const R_PPC_REL14_BRNTAKEN R_PPC = 13
const R_PPC_REL14_BRTAKEN R_PPC = 12
const R_PPC_REL24 R_PPC = 10
const R_PPC_REL32 R_PPC = 26
const R_PPC_RELATIVE R_PPC = 22
const R_PPC_SDAREL16 R_PPC = 32
const R_PPC_SECTOFF R_PPC = 33
const R_PPC_SECTOFF_HA R_PPC = 36
const R_PPC_SECTOFF_HI R_PPC = 35
const R_PPC_SECTOFF_LO R_PPC = 34
const R_PPC_TLS R_PPC = 67
const R_PPC_TPREL16 R_PPC = 69
const R_PPC_TPREL16_HA R_PPC = 72
const R_PPC_TPREL16_HI R_PPC = 71
const R_PPC_TPREL16_LO R_PPC = 70
const R_PPC_TPREL32 R_PPC = 73
const R_PPC_UADDR16 R_PPC = 25
const R_PPC_UADDR32 R_PPC = 24
const R_RISCV_32 R_RISCV = 1
const R_RISCV_32_PCREL R_RISCV = 57
const R_RISCV_64 R_RISCV = 2
const R_RISCV_ADD16 R_RISCV = 34
const R_RISCV_ADD32 R_RISCV = 35
const R_RISCV_ADD64 R_RISCV = 36
const R_RISCV_ADD8 R_RISCV = 33
const R_RISCV_ALIGN R_RISCV = 43
const R_RISCV_BRANCH R_RISCV = 16
const R_RISCV_CALL R_RISCV = 18
const R_RISCV_CALL_PLT R_RISCV = 19
const R_RISCV_COPY R_RISCV = 4
const R_RISCV_GNU_VTENTRY R_RISCV = 42
const R_RISCV_GNU_VTINHERIT R_RISCV = 41
const R_RISCV_GOT_HI20 R_RISCV = 20
const R_RISCV_GPREL_I R_RISCV = 47
const R_RISCV_GPREL_S R_RISCV = 48
const R_RISCV_HI20 R_RISCV = 26
const R_RISCV_JAL R_RISCV = 17
const R_RISCV_JUMP_SLOT R_RISCV = 5
const R_RISCV_LO12_I R_RISCV = 27
const R_RISCV_LO12_S R_RISCV = 28
const R_RISCV_NONE R_RISCV = 0
const R_RISCV_PCREL_HI20 R_RISCV = 23
const R_RISCV_PCREL_LO12_I R_RISCV = 24
const R_RISCV_PCREL_LO12_S R_RISCV = 25
const R_RISCV_RELATIVE R_RISCV = 3
const R_RISCV_RELAX R_RISCV = 51
const R_RISCV_RVC_BRANCH R_RISCV = 44
const R_RISCV_RVC_JUMP R_RISCV = 45
const R_RISCV_RVC_LUI R_RISCV = 46
const R_RISCV_SET16 R_RISCV = 55
const R_RISCV_SET32 R_RISCV = 56
const R_RISCV_SET6 R_RISCV = 53
const R_RISCV_SET8 R_RISCV = 54
const R_RISCV_SUB16 R_RISCV = 38
const R_RISCV_SUB32 R_RISCV = 39
const R_RISCV_SUB6 R_RISCV = 52
const R_RISCV_SUB64 R_RISCV = 40
const R_RISCV_SUB8 R_RISCV = 37
const R_RISCV_TLS_DTPMOD32 R_RISCV = 6
const R_RISCV_TLS_DTPMOD64 R_RISCV = 7
const R_RISCV_TLS_DTPREL32 R_RISCV = 8
const R_RISCV_TLS_DTPREL64 R_RISCV = 9
const R_RISCV_TLS_GD_HI20 R_RISCV = 22
const R_RISCV_TLS_GOT_HI20 R_RISCV = 21
const R_RISCV_TLS_TPREL32 R_RISCV = 10
const R_RISCV_TLS_TPREL64 R_RISCV = 11
const R_RISCV_TPREL_ADD R_RISCV = 32
const R_RISCV_TPREL_HI20 R_RISCV = 29
const R_RISCV_TPREL_I R_RISCV = 49
const R_RISCV_TPREL_LO12_I R_RISCV = 30
const R_RISCV_TPREL_LO12_S R_RISCV = 31
const R_RISCV_TPREL_S R_RISCV = 50
const R_SPARC_10 R_SPARC = 30
const R_SPARC_11 R_SPARC = 31
const R_SPARC_13 R_SPARC = 11
const R_SPARC_16 R_SPARC = 2
const R_SPARC_22 R_SPARC = 10
const R_SPARC_32 R_SPARC = 3
const R_SPARC_5 R_SPARC = 44
const R_SPARC_6 R_SPARC = 45
const R_SPARC_64 R_SPARC = 32
const R_SPARC_7 R_SPARC = 43
const R_SPARC_8 R_SPARC = 1
const R_SPARC_COPY R_SPARC = 19
const R_SPARC_DISP16 R_SPARC = 5
const R_SPARC_DISP32 R_SPARC = 6
const R_SPARC_DISP64 R_SPARC = 46
const R_SPARC_DISP8 R_SPARC = 4
const R_SPARC_GLOB_DAT R_SPARC = 20
const R_SPARC_GLOB_JMP R_SPARC = 42
const R_SPARC_GOT10 R_SPARC = 13
const R_SPARC_GOT13 R_SPARC = 14
const R_SPARC_GOT22 R_SPARC = 15
const R_SPARC_H44 R_SPARC = 50
const R_SPARC_HH22 R_SPARC = 34
const R_SPARC_HI22 R_SPARC = 9
const R_SPARC_HIPLT22 R_SPARC = 25
const R_SPARC_HIX22 R_SPARC = 48
const R_SPARC_HM10 R_SPARC = 35
const R_SPARC_JMP_SLOT R_SPARC = 21
const R_SPARC_L44 R_SPARC = 52
const R_SPARC_LM22 R_SPARC = 36
const R_SPARC_LO10 R_SPARC = 12
const R_SPARC_LOPLT10 R_SPARC = 26
const R_SPARC_LOX10 R_SPARC = 49
const R_SPARC_M44 R_SPARC = 51
const R_SPARC_NONE R_SPARC = 0
const R_SPARC_OLO10 R_SPARC = 33
const R_SPARC_PC10 R_SPARC = 16
const R_SPARC_PC22 R_SPARC = 17
const R_SPARC_PCPLT10 R_SPARC = 29
const R_SPARC_PCPLT22 R_SPARC = 28
const R_SPARC_PCPLT32 R_SPARC = 27
const R_SPARC_PC_HH22 R_SPARC = 37
const R_SPARC_PC_HM10 R_SPARC = 38
const R_SPARC_PC_LM22 R_SPARC = 39
const R_SPARC_PLT32 R_SPARC = 24
const R_SPARC_PLT64 R_SPARC = 47
const R_SPARC_REGISTER R_SPARC = 53
const R_SPARC_RELATIVE R_SPARC = 22
const R_SPARC_UA16 R_SPARC = 55
const R_SPARC_UA32 R_SPARC = 23
const R_SPARC_UA64 R_SPARC = 54
const R_SPARC_WDISP16 R_SPARC = 40
const R_SPARC_WDISP19 R_SPARC = 41
const R_SPARC_WDISP22 R_SPARC = 8
const R_SPARC_WDISP30 R_SPARC = 7
const R_SPARC_WPLT30 R_SPARC = 18

func R_SYM32(info uint32) uint32
func R_SYM64(info uint64) uint32
func R_TYPE32(info uint32) uint32
func R_TYPE64(info uint64) uint32

const R_X86_64_16 R_X86_64 = 12
const R_X86_64_32 R_X86_64 = 10
const R_X86_64_32S R_X86_64 = 11
const R_X86_64_64 R_X86_64 = 1
const R_X86_64_8 R_X86_64 = 14
const R_X86_64_COPY R_X86_64 = 5
const R_X86_64_DTPMOD64 R_X86_64 = 16
const R_X86_64_DTPOFF32 R_X86_64 = 21
const R_X86_64_DTPOFF64 R_X86_64 = 17
const R_X86_64_GLOB_DAT R_X86_64 = 6
const R_X86_64_GOT32 R_X86_64 = 3
const R_X86_64_GOT64 R_X86_64 = 27
const R_X86_64_GOTOFF64 R_X86_64 = 25
const R_X86_64_GOTPC32 R_X86_64 = 26
const R_X86_64_GOTPC32_TLSDESC R_X86_64 = 34
const R_X86_64_GOTPC64 R_X86_64 = 29
const R_X86_64_GOTPCREL R_X86_64 = 9
const R_X86_64_GOTPCREL64 R_X86_64 = 28
const R_X86_64_GOTPCRELX R_X86_64 = 41
const R_X86_64_GOTPLT64 R_X86_64 = 30
const R_X86_64_GOTTPOFF R_X86_64 = 22
const R_X86_64_IRELATIVE R_X86_64 = 37
const R_X86_64_JMP_SLOT R_X86_64 = 7
const R_X86_64_NONE R_X86_64 = 0
const R_X86_64_PC16 R_X86_64 = 13
const R_X86_64_PC32 R_X86_64 = 2
const R_X86_64_PC32_BND R_X86_64 = 39
const R_X86_64_PC64 R_X86_64 = 24
const R_X86_64_PC8 R_X86_64 = 15
const R_X86_64_PLT32 R_X86_64 = 4
const R_X86_64_PLT32_BND R_X86_64 = 40
const R_X86_64_PLTOFF64 R_X86_64 = 31
const R_X86_64_RELATIVE R_X86_64 = 8
const R_X86_64_RELATIVE64 R_X86_64 = 38
const R_X86_64_REX_GOTPCRELX R_X86_64 = 42
const R_X86_64_SIZE32 R_X86_64 = 32
const R_X86_64_SIZE64 R_X86_64 = 33
const R_X86_64_TLSDESC R_X86_64 = 36
const R_X86_64_TLSDESC_CALL R_X86_64 = 35
const R_X86_64_TLSGD R_X86_64 = 19
const R_X86_64_TLSLD R_X86_64 = 20
const R_X86_64_TPOFF32 R_X86_64 = 23
const R_X86_64_TPOFF64 R_X86_64 = 18
const SHF_ALLOC SectionFlag = 2
const SHF_COMPRESSED SectionFlag = 2048
const SHF_EXECINSTR SectionFlag = 4
const SHF_GROUP SectionFlag = 512
const SHF_INFO_LINK SectionFlag = 64
const SHF_LINK_ORDER SectionFlag = 128
const SHF_MASKOS SectionFlag = 267386880
const SHF_MASKPROC SectionFlag = 4026531840
const SHF_MERGE SectionFlag = 16
const SHF_OS_NONCONFORMING SectionFlag = 256
const SHF_STRINGS SectionFlag = 32
const SHF_TLS SectionFlag = 1024
const SHF_WRITE SectionFlag = 1
const SHN_ABS SectionIndex = 65521
const SHN_COMMON SectionIndex = 65522
const SHN_HIOS SectionIndex = 65343
const SHN_HIPROC SectionIndex = 65311
const SHN_HIRESERVE SectionIndex = 65535
const SHN_LOOS SectionIndex = 65312
const SHN_LOPROC SectionIndex = 65280
const SHN_LORESERVE SectionIndex = 65280
const SHN_UNDEF SectionIndex = 0
const SHN_XINDEX SectionIndex = 65535
const SHT_DYNAMIC SectionType = 6
const SHT_DYNSYM SectionType = 11
const SHT_FINI_ARRAY SectionType = 15
const SHT_GNU_ATTRIBUTES SectionType = 1879048181
const SHT_GNU_HASH SectionType = 1879048182
const SHT_GNU_LIBLIST SectionType = 1879048183
const SHT_GNU_VERDEF SectionType = 1879048189
const SHT_GNU_VERNEED SectionType = 1879048190
const SHT_GNU_VERSYM SectionType = 1879048191
const SHT_GROUP SectionType = 17
const SHT_HASH SectionType = 5
const SHT_HIOS SectionType = 1879048191
const SHT_HIPROC SectionType = 2147483647
const SHT_HIUSER SectionType = 4294967295
const SHT_INIT_ARRAY SectionType = 14
const SHT_LOOS SectionType = 1610612736
const SHT_LOPROC SectionType = 1879048192
const SHT_LOUSER SectionType = 2147483648
const SHT_MIPS_ABIFLAGS SectionType = 1879048234
const SHT_NOBITS SectionType = 8
const SHT_NOTE SectionType = 7
const SHT_NULL SectionType = 0
const SHT_PREINIT_ARRAY SectionType = 16
const SHT_PROGBITS SectionType = 1
const SHT_REL SectionType = 9
const SHT_RELA SectionType = 4
const SHT_RISCV_ATTRIBUTES SectionType = 1879048195
const SHT_SHLIB SectionType = 10
const SHT_STRTAB SectionType = 3
const SHT_SYMTAB SectionType = 2
const SHT_SYMTAB_SHNDX SectionType = 18
const STB_GLOBAL SymBind = 1
const STB_HIOS SymBind = 12
const STB_HIPROC SymBind = 15
const STB_LOCAL SymBind = 0
const STB_LOOS SymBind = 10
const STB_LOPROC SymBind = 13
const STB_WEAK SymBind = 2
const STT_COMMON SymType = 5
const STT_FILE SymType = 4
const STT_FUNC SymType = 2
const STT_GNU_IFUNC SymType = 10
const STT_HIOS SymType = 12
const STT_HIPROC SymType = 15
const STT_LOOS SymType = 10
const STT_LOPROC SymType = 13
const STT_NOTYPE SymType = 0
const STT_OBJECT SymType = 1
const STT_RELC SymType = 8
const STT_SECTION SymType = 3
const STT_SRELC SymType = 9
const STT_TLS SymType = 6
const STV_DEFAULT SymVis = 0
const STV_HIDDEN SymVis = 2
const STV_INTERNAL SymVis = 1
const STV_PROTECTED SymVis = 3

func ST_BIND(info uint8) SymBind
func ST_INFO(bind SymBind, typ SymType) uint8
func ST_TYPE(info uint8) SymType
func ST_VISIBILITY(other uint8) SymVis

const Sym32Size = 16
const Sym64Size = 24
const VER_FLG_BASE DynamicVersionFlag = 1
const VER_FLG_INFO DynamicVersionFlag = 4
const VER_FLG_WEAK DynamicVersionFlag = 2
