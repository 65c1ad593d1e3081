package tui

import (
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestCountdown(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 20, 0, 0, time.UTC)
	for _, test := range []struct {
		left    time.Duration
		precise bool
		want    string
	}{
		{0, false, "0m 00s"},
		{59 * time.Second, false, "0m 59s"},
		{time.Hour - time.Second, false, "59m 59s"},
		{time.Hour, false, "1h 00m"},
		{26*time.Hour + 5*time.Minute, false, "1d 02h"},
		{26*time.Hour + 5*time.Minute + 7*time.Second, true, "1d 02h 05m 07s"},
		{-90 * time.Minute, false, "−1h 30m"},
		{-time.Second, true, "−0m 01s"},
		{400 * 24 * time.Hour, false, "400d 00h"},
	} {
		if got := countdown(now.Add(test.left), now, test.precise); got != test.want {
			t.Errorf("%s left (precise %t) reads %q, want %q", test.left, test.precise, got, test.want)
		}
	}
}

func TestFitIsExact(t *testing.T) {
	for _, text := range []string{"", "short", "a rather long text that has to be cut", "日本語のタイトル", "\x1b[1mpainted\x1b[m text", "e\u0301clair", "👩‍👩‍👧 family"} {
		for width := range 20 {
			if got := ansi.StringWidth(fit(text, width)); got != width {
				t.Errorf("fit(%q, %d) is %d wide", text, width, got)
			}
			if got := ansi.StringWidth(fitLeft(text, width)); got != width {
				t.Errorf("fitLeft(%q, %d) is %d wide", text, width, got)
			}
		}
	}
}

func TestContainsFold(t *testing.T) {
	for _, test := range []struct {
		text, word string
		want       bool
	}{
		{"Mail Relay", "relay", true}, {"Mail Relay", "relays", false}, {"", "x", false}, {"x", "", true},
		{"Büro ÄRGER", "ärger", true}, {"ÄRGER", "ärger", true}, {"Relay ü", "relay", true},
	} {
		if got := containsFold(test.text, test.word); got != test.want {
			t.Errorf("containsFold(%q, %q) = %t", test.text, test.word, got)
		}
	}
}
