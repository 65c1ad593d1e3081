package theme

import (
	"image/color"
	"math"
	"testing"
)

// TestContrast holds WCAG 2.1 AA on every theme's own surfaces: 4.5:1 for
// whatever is text, 7:1 in the high-contrast theme.
func TestContrast(t *testing.T) {
	for _, name := range []Name{Dark, Light, Contrast} {
		p := palettes(name)
		least := 4.5
		if name == Contrast {
			least = 7
		}
		texts := map[string]color.Color{
			"text": p.Text, "muted": p.Muted, "accent": p.Accent, "critical": p.Critical, "high": p.High, "medium": p.Medium, "low": p.Low,
			"overdue": p.Overdue, "due soon": p.DueSoon, "running": p.Running, "met": p.Met, "doubtful": p.Doubtful,
		}
		surfaces := map[string]color.Color{"background": p.Background, "raised": p.Raised, "selected": p.Selected, "field": p.Field}
		for text, fg := range texts {
			for surface, bg := range surfaces {
				if got := contrast(fg, bg); got < least {
					t.Errorf("%s: %s on %s is %.2f:1, want at least %.1f:1", name, text, surface, got, least)
				}
			}
		}
		if got := contrast(p.OnAlert, p.Alert); got < least {
			t.Errorf("%s: a filled alert is %.2f:1, want at least %.1f:1", name, got, least)
		}
	}
}

// contrast is the WCAG 2.1 contrast ratio of two colours.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
