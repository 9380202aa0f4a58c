package palette

import "image/color"

var Plan9 []color.Color
var WebSafe []color.Color
