package sandbox

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"

	"pugongying/internal/wechat/scene"
)

const (
	widthDefault = 430
	widthLeast   = 280
	widthMost    = 1280
	quiet        = 4 // modules of white around a QR code
)

// unlimitedCode is getUnlimitedQRCode. The picture is a QR code of App.Link's address, where WeChat draws its own kind:
// any phone's camera reads it.
func unlimitedCode(c call) (any, error) {
	var sent struct {
		Scene      string
		Page       string
		CheckPath  *bool  `json:"check_path"`
		EnvVersion string `json:"env_version"`
		Width      int
	}
	if err := c.read(&sent); err != nil {
		return nil, err
	}
	if sent.Width == 0 {
		sent.Width = widthDefault
	}
	switch {
	case !scene.LengthOK(sent.Scene):
		return nil, errcode(40169)
	case !scene.CharactersOK(sent.Scene):
		return nil, errcode(40129)
	case strings.HasPrefix(sent.Page, "/") || strings.Contains(sent.Page, "?"):
		return nil, errcode(41030)
	case sent.Page != "" && (sent.CheckPath == nil || *sent.CheckPath) && !c.published(sent.Page):
		return nil, errcode(41030)
	case sent.EnvVersion != "" && sent.EnvVersion != "release" && sent.EnvVersion != "trial" && sent.EnvVersion != "develop":
		return nil, errcode(40097)
	case sent.Width < widthLeast || sent.Width > widthMost:
		return nil, errcode(40097)
	}
	if sent.Page == "" && len(c.Pages) > 0 {
		sent.Page = c.Pages[0]
	}
	address := c.address(sent.Page, sent.Scene)
	picture, err := draw(address, sent.Width)
	if err != nil {
		return nil, errcode(-1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown.code(c.now, sent.Page, sent.Scene, address, picture)
	return picture, nil
}

func (a *account) address(page, text string) string {
	if a.Link != nil {
		return a.Link(page, text)
	}
	return fmt.Sprintf("sandbox:%s/%s?scene=%s", a.AppID, page, url.QueryEscape(text))
}

// draw makes a JPEG of width pixels around a QR code whose modules are whole pixels.
func draw(text string, width int) ([]byte, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("encode a code: %w", err)
	}
	modules := code.Bounds().Dx()
	size := max(1, width/(modules+2*quiet))
	side := max(width, size*(modules+2*quiet))
	margin := (side - size*modules) / 2
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			picture.SetGray(x, y, color.Gray{Y: 0xff})
			mx, my := (x-margin)/size, (y-margin)/size
			if x < margin || y < margin || mx >= modules || my >= modules {
				continue
			}
			if dark, _, _, _ := code.At(mx, my).RGBA(); dark == 0 {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 90}); err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return out.Bytes(), nil
}
