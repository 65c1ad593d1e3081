package main

import (
	"testing"
	"testing/synctest"
)

// TestTwoFormsLoseNoEdit has one incident in the forms of two consoles: the one
// that saves last is shown both sides, keeps what it typed, and decides.
func TestTwoFormsLoseNoEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		one, two := openTerminal(t, options, 120, 40), openTerminal(t, options, 120, 40)
		one.press("E").write(" (mail)")
		two.press("E").write(" (web)")
		one.press("ctrl+s").sees("is changed")
		two.press("ctrl+s").sees("(mail)", "(web)", "save again to keep yours").golden("conflict")
		two.press("ctrl+s").sees("is changed", "(web)")
	})
}
