package image

import "image/color"
import "io"

type Alpha struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*Alpha) AlphaAt(x int, y int) color.Alpha
func (*Alpha) At(x int, y int) color.Color
func (*Alpha) Bounds() Rectangle
func (*Alpha) ColorModel() color.Model
func (*Alpha) Opaque() bool
func (*Alpha) PixOffset(x int, y int) int
func (*Alpha) RGBA64At(x int, y int) color.RGBA64
func (*Alpha) Set(x int, y int, c color.Color)
func (*Alpha) SetAlpha(x int, y int, c color.Alpha)
func (*Alpha) SetRGBA64(x int, y int, c color.RGBA64)
func (*Alpha) SubImage(r Rectangle) Image

type Alpha16 struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*Alpha16) Alpha16At(x int, y int) color.Alpha16
func (*Alpha16) At(x int, y int) color.Color
func (*Alpha16) Bounds() Rectangle
func (*Alpha16) ColorModel() color.Model
func (*Alpha16) Opaque() bool
func (*Alpha16) PixOffset(x int, y int) int
func (*Alpha16) RGBA64At(x int, y int) color.RGBA64
func (*Alpha16) Set(x int, y int, c color.Color)
func (*Alpha16) SetAlpha16(x int, y int, c color.Alpha16)
func (*Alpha16) SetRGBA64(x int, y int, c color.RGBA64)
func (*Alpha16) SubImage(r Rectangle) Image

type CMYK struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*CMYK) At(x int, y int) color.Color
func (*CMYK) Bounds() Rectangle
func (*CMYK) CMYKAt(x int, y int) color.CMYK
func (*CMYK) ColorModel() color.Model
func (*CMYK) Opaque() bool
func (*CMYK) PixOffset(x int, y int) int
func (*CMYK) RGBA64At(x int, y int) color.RGBA64
func (*CMYK) Set(x int, y int, c color.Color)
func (*CMYK) SetCMYK(x int, y int, c color.CMYK)
func (*CMYK) SetRGBA64(x int, y int, c color.RGBA64)
func (*CMYK) SubImage(r Rectangle) Image

type Config struct {
	ColorModel color.Model
	Width      int
	Height     int
}
type Gray struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*Gray) At(x int, y int) color.Color
func (*Gray) Bounds() Rectangle
func (*Gray) ColorModel() color.Model
func (*Gray) GrayAt(x int, y int) color.Gray
func (*Gray) Opaque() bool
func (*Gray) PixOffset(x int, y int) int
func (*Gray) RGBA64At(x int, y int) color.RGBA64
func (*Gray) Set(x int, y int, c color.Color)
func (*Gray) SetGray(x int, y int, c color.Gray)
func (*Gray) SetRGBA64(x int, y int, c color.RGBA64)
func (*Gray) SubImage(r Rectangle) Image

type Gray16 struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*Gray16) At(x int, y int) color.Color
func (*Gray16) Bounds() Rectangle
func (*Gray16) ColorModel() color.Model
func (*Gray16) Gray16At(x int, y int) color.Gray16
func (*Gray16) Opaque() bool
func (*Gray16) PixOffset(x int, y int) int
func (*Gray16) RGBA64At(x int, y int) color.RGBA64
func (*Gray16) Set(x int, y int, c color.Color)
func (*Gray16) SetGray16(x int, y int, c color.Gray16)
func (*Gray16) SetRGBA64(x int, y int, c color.RGBA64)
func (*Gray16) SubImage(r Rectangle) Image

type Image interface {
	At(x int, y int) color.Color
	Bounds() Rectangle
	ColorModel() color.Model
}
type NRGBA struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*NRGBA) At(x int, y int) color.Color
func (*NRGBA) Bounds() Rectangle
func (*NRGBA) ColorModel() color.Model
func (*NRGBA) NRGBAAt(x int, y int) color.NRGBA
func (*NRGBA) Opaque() bool
func (*NRGBA) PixOffset(x int, y int) int
func (*NRGBA) RGBA64At(x int, y int) color.RGBA64
func (*NRGBA) Set(x int, y int, c color.Color)
func (*NRGBA) SetNRGBA(x int, y int, c color.NRGBA)
func (*NRGBA) SetRGBA64(x int, y int, c color.RGBA64)
func (*NRGBA) SubImage(r Rectangle) Image

type NRGBA64 struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*NRGBA64) At(x int, y int) color.Color
func (*NRGBA64) Bounds() Rectangle
func (*NRGBA64) ColorModel() color.Model
func (*NRGBA64) NRGBA64At(x int, y int) color.NRGBA64
func (*NRGBA64) Opaque() bool
func (*NRGBA64) PixOffset(x int, y int) int
func (*NRGBA64) RGBA64At(x int, y int) color.RGBA64
func (*NRGBA64) Set(x int, y int, c color.Color)
func (*NRGBA64) SetNRGBA64(x int, y int, c color.NRGBA64)
func (*NRGBA64) SetRGBA64(x int, y int, c color.RGBA64)
func (*NRGBA64) SubImage(r Rectangle) Image

type NYCbCrA struct {
	YCbCr
	A       []uint8
	AStride int
}

func (*NYCbCrA) AOffset(x int, y int) int
func (*NYCbCrA) At(x int, y int) color.Color
func (*NYCbCrA) ColorModel() color.Model
func (*NYCbCrA) NYCbCrAAt(x int, y int) color.NYCbCrA
func (*NYCbCrA) Opaque() bool
func (*NYCbCrA) RGBA64At(x int, y int) color.RGBA64
func (*NYCbCrA) SubImage(r Rectangle) Image

type Paletted struct {
	Pix     []uint8
	Stride  int
	Rect    Rectangle
	Palette color.Palette
}

func (*Paletted) At(x int, y int) color.Color
func (*Paletted) Bounds() Rectangle
func (*Paletted) ColorIndexAt(x int, y int) uint8
func (*Paletted) ColorModel() color.Model
func (*Paletted) Opaque() bool
func (*Paletted) PixOffset(x int, y int) int
func (*Paletted) RGBA64At(x int, y int) color.RGBA64
func (*Paletted) Set(x int, y int, c color.Color)
func (*Paletted) SetColorIndex(x int, y int, index uint8)
func (*Paletted) SetRGBA64(x int, y int, c color.RGBA64)
func (*Paletted) SubImage(r Rectangle) Image

type PalettedImage interface {
	Image
	ColorIndexAt(x int, y int) uint8
}
type Point struct {
	X int
	Y int
}

func (Point) Add(q Point) Point
func (Point) Div(k int) Point
func (Point) Eq(q Point) bool
func (Point) In(r Rectangle) bool
func (Point) Mod(r Rectangle) Point
func (Point) Mul(k int) Point
func (Point) String() string
func (Point) Sub(q Point) Point

type RGBA struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*RGBA) At(x int, y int) color.Color
func (*RGBA) Bounds() Rectangle
func (*RGBA) ColorModel() color.Model
func (*RGBA) Opaque() bool
func (*RGBA) PixOffset(x int, y int) int
func (*RGBA) RGBA64At(x int, y int) color.RGBA64
func (*RGBA) RGBAAt(x int, y int) color.RGBA
func (*RGBA) Set(x int, y int, c color.Color)
func (*RGBA) SetRGBA(x int, y int, c color.RGBA)
func (*RGBA) SetRGBA64(x int, y int, c color.RGBA64)
func (*RGBA) SubImage(r Rectangle) Image

type RGBA64 struct {
	Pix    []uint8
	Stride int
	Rect   Rectangle
}

func (*RGBA64) At(x int, y int) color.Color
func (*RGBA64) Bounds() Rectangle
func (*RGBA64) ColorModel() color.Model
func (*RGBA64) Opaque() bool
func (*RGBA64) PixOffset(x int, y int) int
func (*RGBA64) RGBA64At(x int, y int) color.RGBA64
func (*RGBA64) Set(x int, y int, c color.Color)
func (*RGBA64) SetRGBA64(x int, y int, c color.RGBA64)
func (*RGBA64) SubImage(r Rectangle) Image

type RGBA64Image interface {
	Image
	RGBA64At(x int, y int) color.RGBA64
}
type Rectangle struct {
	Min Point
	Max Point
}

func (Rectangle) Add(p Point) Rectangle
func (Rectangle) At(x int, y int) color.Color
func (Rectangle) Bounds() Rectangle
func (Rectangle) Canon() Rectangle
func (Rectangle) ColorModel() color.Model
func (Rectangle) Dx() int
func (Rectangle) Dy() int
func (Rectangle) Empty() bool
func (Rectangle) Eq(s Rectangle) bool
func (Rectangle) In(s Rectangle) bool
func (Rectangle) Inset(n int) Rectangle
func (Rectangle) Intersect(s Rectangle) Rectangle
func (Rectangle) Overlaps(s Rectangle) bool
func (Rectangle) RGBA64At(x int, y int) color.RGBA64
func (Rectangle) Size() Point
func (Rectangle) String() string
func (Rectangle) Sub(p Point) Rectangle
func (Rectangle) Union(s Rectangle) Rectangle

type Uniform struct {
	C color.Color
}

func (*Uniform) At(x int, y int) color.Color
func (*Uniform) Bounds() Rectangle
func (*Uniform) ColorModel() color.Model
func (*Uniform) Convert(color.Color) color.Color
func (*Uniform) Opaque() bool
func (*Uniform) RGBA() (r uint32, g uint32, b uint32, a uint32)
func (*Uniform) RGBA64At(x int, y int) color.RGBA64

type YCbCr struct {
	Y              []uint8
	Cb             []uint8
	Cr             []uint8
	YStride        int
	CStride        int
	SubsampleRatio YCbCrSubsampleRatio
	Rect           Rectangle
}

func (*YCbCr) At(x int, y int) color.Color
func (*YCbCr) Bounds() Rectangle
func (*YCbCr) COffset(x int, y int) int
func (*YCbCr) ColorModel() color.Model
func (*YCbCr) Opaque() bool
func (*YCbCr) RGBA64At(x int, y int) color.RGBA64
func (*YCbCr) SubImage(r Rectangle) Image
func (*YCbCr) YCbCrAt(x int, y int) color.YCbCr
func (*YCbCr) YOffset(x int, y int) int

type YCbCrSubsampleRatio int

func (YCbCrSubsampleRatio) String() string

var Black *Uniform

func Decode(r io.Reader) (Image, string, error)
func DecodeConfig(r io.Reader) (Config, string, error)

var ErrFormat error

func NewAlpha(r Rectangle) *Alpha
func NewAlpha16(r Rectangle) *Alpha16
func NewCMYK(r Rectangle) *CMYK
func NewGray(r Rectangle) *Gray
func NewGray16(r Rectangle) *Gray16
func NewNRGBA(r Rectangle) *NRGBA
func NewNRGBA64(r Rectangle) *NRGBA64
func NewNYCbCrA(r Rectangle, subsampleRatio YCbCrSubsampleRatio) *NYCbCrA
func NewPaletted(r Rectangle, p color.Palette) *Paletted
func NewRGBA(r Rectangle) *RGBA
func NewRGBA64(r Rectangle) *RGBA64
func NewUniform(c color.Color) *Uniform
func NewYCbCr(r Rectangle, subsampleRatio YCbCrSubsampleRatio) *YCbCr

var Opaque *Uniform

func Pt(X int, Y int) Point
func Rect(x0 int, y0 int, x1 int, y1 int) Rectangle
func RegisterFormat(name string, magic string, decode func(io.Reader) (Image, error), decodeConfig func(io.Reader) (Config, error))

var Transparent *Uniform
var White *Uniform

const YCbCrSubsampleRatio410 YCbCrSubsampleRatio = 5
const YCbCrSubsampleRatio411 YCbCrSubsampleRatio = 4
const YCbCrSubsampleRatio420 YCbCrSubsampleRatio = 2
const YCbCrSubsampleRatio422 YCbCrSubsampleRatio = 1
const YCbCrSubsampleRatio440 YCbCrSubsampleRatio = 3
const YCbCrSubsampleRatio444 YCbCrSubsampleRatio = 0

var ZP Point
var ZR Rectangle
