package cookiejar

import "net/http"
import "net/url"

type Jar struct {
}

func (*Jar) Cookies(u *url.URL) (cookies []*http.Cookie)
func (*Jar) SetCookies(u *url.URL, cookies []*http.Cookie)

type Options struct {
	PublicSuffixList PublicSuffixList
}
type PublicSuffixList interface {
	PublicSuffix(domain string) string
	String() string
}

func New(o *Options) (*Jar, error)
