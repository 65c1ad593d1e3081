package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui/sign"
)

// newBenchWall is a wall of a size on n open incidents.
func newBenchWall(tb testing.TB, n, width, height int) (*Wall, *benchSnapshot) {
	tb.Helper()
	_, snapshot := newBench(tb, n, 80, 24)
	w := NewWall(context.Background(), WallOptions{Space: benchSpace{snapshot}, Now: func() time.Time { return benchNow }, Steady: func() time.Duration { return 0 }, Theme: "dark"})
	w.Update(tea.WindowSizeMsg{Width: width, Height: height})
	w.View()
	return w, snapshot
}

// What a limit withholds never reaches the drawing: of such incidents there is
// an id, a label, a severity and a countdown, on every page.
func TestWallWithholds(t *testing.T) {
	const secret = "Zanzibar"
	w, snapshot := newBenchWall(t, 60, 200, 50)
	for k, standing := range snapshot.queue {
		standing.Incident.Title, standing.Incident.Systems = secret, []string{secret}
		standing.Incident.TLP = model.TLPs()[k%len(model.TLPs())]
		standing.Procedure.Phases[0].Label = secret
		standing.Procedure.Rules[0].Title, standing.Procedure.Rules[1].Title = secret, secret
	}
	for _, limit := range append(model.TLPs(), "", "PURPLE") {
		w.opts.Limit = limit
		w.survey.known = false
		w.takeFrame(w.frame)
		for w.page = range w.pages() {
			s := w.sight()
			for _, item := range append(append(s.late, s.next...), s.page.items...) {
				withheld := limit == "" || limit == "PURPLE" || tlpRank(item.tlp) < tlpRank(limit)
				if item.withheld != withheld {
					t.Errorf("with a limit of %q an incident of %s is withheld: %t", limit, item.tlp, item.withheld)
				}
				if told := strings.Contains(fmt.Sprintf("%+v", item), secret); told == withheld {
					t.Errorf("with a limit of %q an incident of %s is told of: %+v", limit, item.tlp, item)
				}
				if withheld && (item.countdown == "" || item.severity.Word == "" || item.id == "") {
					t.Errorf("of what is withheld too little is left: %+v", item)
				}
			}
		}
	}
}

// An incident that is withheld is not named for the roles it lacks, and counts.
func TestWallNamesNoWithheldGaps(t *testing.T) {
	w, snapshot := newBenchWall(t, 5, 120, 40)
	for _, standing := range snapshot.queue {
		standing.Incident.TLP = model.TLPRed
	}
	w.survey.known = false
	w.takeFrame(w.frame)
	if w.survey.bare != 5 || len(w.survey.gaps) != 0 {
		t.Errorf("%d incidents lack a role, and %v is named", w.survey.bare, w.survey.gaps)
	}
}

func TestWallCountdown(t *testing.T) {
	for left, want := range map[time.Duration]string{
		0: "00m 00s", 59*time.Second + 999*time.Millisecond: "00m 59s", time.Hour - time.Second: "59m 59s", time.Hour: "1h 00m",
		26*time.Hour + 5*time.Minute: "1d 02h", -time.Second: "−00m 01s", -100 * time.Hour: "−4d 04h",
	} {
		if got := wallCountdown(benchNow.Add(left), benchNow); got != want {
			t.Errorf("%s: %q, want %q", left, got, want)
		}
	}
}

// Every line is as wide as the terminal and there are as many as it is high,
// whatever the size.
func TestWallFillsTheTerminal(t *testing.T) {
	w, _ := newBenchWall(t, 30, 80, 24)
	for width := minWidth; width <= 400; width += 17 {
		for height := minHeight; height <= 120; height += 7 {
			w.Update(tea.WindowSizeMsg{Width: width, Height: height})
			lines := strings.Split(w.View().Content, "\n")
			if len(lines) != height {
				t.Fatalf("%d×%d: %d lines", width, height, len(lines))
			}
			for k, line := range lines {
				if cells(line) != width {
					t.Fatalf("%d×%d: line %d is %d wide: %q", width, height, k, cells(line), line)
				}
			}
		}
	}
}

// BenchmarkWallTick draws a second on a 300×80 wall of 100,000 open incidents.
func BenchmarkWallTick(b *testing.B) {
	w, snapshot := newBenchWall(b, 100_000, 300, 80)
	now := benchNow
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		w.Update(frameMsg{snapshot: snapshot, now: now})
		w.View()
	}
}

// BenchmarkWallChange takes a snapshot in which something changed, so that all
// is counted anew.
func BenchmarkWallChange(b *testing.B) {
	w, snapshot := newBenchWall(b, 100_000, 300, 80)
	b.ReportAllocs()
	for b.Loop() {
		next := *snapshot
		next.seq++
		snapshot = &next
		w.Update(frameMsg{snapshot: snapshot, now: benchNow})
		w.View()
	}
}

// A tile says which incident its time is about, however wide the words of its
// state and severity are.
func TestWallTileNamesItsIncident(t *testing.T) {
	w, _ := newBenchWall(t, 5, 80, 24)
	s := w.sight()
	p := wallPainter{t: w.theme, plan: w.plan, s: s}
	one := wallItem{id: "INC-2026-0001", tlp: model.TLPAmber, severity: sign.Sign{Shape: "?", Word: "Untriaged"}, state: sign.Sign{Shape: "?", Word: "cannot be excluded"}}
	for width := 20; width <= 120; width++ {
		head := strings.Join(p.tileHead(&one, w.theme.Text, width), "\n")
		if !strings.Contains(head, string(one.id)) {
			t.Errorf("%d wide: %q", width, head)
		}
	}
}
