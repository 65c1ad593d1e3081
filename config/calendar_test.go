package config

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
)

func calendars(t testing.TB) *Calendars {
	t.Helper()
	known, _, err := LoadCalendars("")
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// Every calendar says of 2026 and 2027 what its authority published.
func TestCalendarsAreAsPublished(t *testing.T) {
	known := calendars(t)
	published := publishedDays(t)
	for _, id := range known.IDs() {
		for _, year := range []int{2026, 2027} {
			if _, there := published[id+" "+strconv.Itoa(year)]; !there {
				t.Errorf("nobody has written down what was published for %s in %d", id, year)
			}
		}
	}
	for key, want := range published {
		id, text, _ := strings.Cut(key, " ")
		year, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := weekdaysOff(t, known, id, year); !slices.Equal(got, want) {
			t.Errorf("%s: %v\nwas published as %v", key, got, want)
		}
	}
}

func publishedDays(t *testing.T) map[string][]string {
	t.Helper()
	file, err := os.Open("../testdata/calendars/published.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	published := map[string][]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		head, days, found := strings.Cut(lines.Text(), ":")
		if strings.HasPrefix(head, "#") || !found {
			continue
		}
		fields := strings.Fields(head)
		base, added, more := strings.Cut(strings.TrimSpace(days), "+")
		list := slices.Clone(published[strings.TrimSpace(base)+" "+fields[1]])
		switch {
		case list == nil:
			list = strings.Fields(days)
		case more:
			list = append(list, strings.Fields(added)...)
		}
		slices.Sort(list)
		published[fields[0]+" "+fields[1]] = list
	}
	return published
}

func weekdaysOff(t *testing.T, known *Calendars, id string, year int) []string {
	t.Helper()
	days, found := known.Days(id, year)
	if !found {
		t.Fatalf("%s knows nothing of %d", id, year)
	}
	var off []string
	for _, day := range days {
		if weekday := day.Date.Weekday(); weekday != time.Saturday && weekday != time.Sunday {
			off = append(off, day.Date.String()[5:])
		}
	}
	return off
}

func TestCalendarKnowsItsYears(t *testing.T) {
	known := calendars(t)
	if _, found := known.Days("sg", 2028); found {
		t.Error("Singapore has published nothing for 2028")
	}
	sg, err := known.Calendar("sg", nil)
	if err != nil || sg.Years != (calendar.Years{First: 2026, Last: 2027}) || sg.Name != "Singapore" {
		t.Errorf("%+v, %v", sg.Years, err)
	}
	offices, err := known.Calendar("jp-offices", nil)
	if err != nil || offices.Holidays[calendar.Date{Year: 2026, Month: time.May, Day: 6}] == "" {
		t.Errorf("what a calendar extends is part of it: %v", err)
	}
	if _, err := known.Calendar("de-bee", nil); err == nil || !strings.Contains(err.Error(), `did you mean "de-be"?`) {
		t.Errorf("a misspelt id: %v", err)
	}
}

func TestLoadCalendarsAddsTheUsersOwn(t *testing.T) {
	dir := folder(t, map[string]string{
		"works.toml": "[[calendars]]\nid = \"works\"\ntitle = \"Works holidays\"\nextends = \"de-be\"\n" +
			"open = [{ date = \"2026-05-01\" }]\n" +
			"days = [{ date = \"2026-12-24\", name = \"Christmas Eve\" }, { every = \"12-31\", name = \"New Year's Eve\" }, { easter = -1, first = 2027, name = \"Holy Saturday\" }]\n",
		"us.toml":   "[[calendars]]\nid = \"us\"\nversion = 2\ntitle = \"With a day by executive order\"\nextends = \"us\"\ndays = [{ date = \"2026-12-24\", name = \"By executive order\" }]\n",
		"notes.txt": "not a calendar",
	})
	known, problems, err := LoadCalendars(dir)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	works, err := known.Calendar("works", nil)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{
		"2026-05-01": false, "2026-12-24": true, "2027-12-24": false, "2027-12-31": true, "2026-12-25": true, "2027-03-08": true, "2027-03-27": true, "2026-04-04": false,
	} {
		date, err := calendar.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if _, off := works.Holidays[date]; off != want {
			t.Errorf("%s off: %v, want %v", day, off, want)
		}
	}
	if days, _ := known.Days("us", 2026); !slices.ContainsFunc(days, func(d Day) bool { return d.Name == "By executive order" }) || len(days) != 13 {
		t.Errorf("a newer version extends what it replaces: %v", days)
	}
	if days, _ := calendars(t).Days("us", 2026); len(days) != 12 {
		t.Errorf("what one console adds reaches another: %v", days)
	}
	if list := known.List(); len(list) != len(calendars(t).List())+1 {
		t.Errorf("%d calendars", len(list))
	}
}

// Every file in the folder is refused with the text beside it.
func TestCalendarsRefuse(t *testing.T) {
	files, err := filepath.Glob("../testdata/calendars/refused/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no refused calendars: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, problems := calendars(t).With(filepath.Base(file), data)
		if len(problems) == 0 {
			t.Fatalf("%s is not refused", file)
		}
		golden(t, strings.TrimSuffix(file, ".toml")+".txt", problemLines(problems)+"\n")
	}
}

// What is wrong is left out and told; the others are there.
func TestLoadCalendarsLeavesOutWhatIsWrong(t *testing.T) {
	known, problems, err := LoadCalendars(folder(t, map[string]string{
		"a.toml": "id = ",
		"b.toml": "[[calendars]]\nid = \"x\"\ntitle = \"X\"\nextends = \"x\"\n",
		"c.toml": "[[calendars]]\nid = \"y\"\ntitle = \"Y\"\nextends = \"us\"\n",
	}))
	if err != nil || len(problems) != 2 {
		t.Fatalf("%v, %v", problems, err)
	}
	if !slices.Contains(known.IDs(), "y") || slices.Contains(known.IDs(), "x") {
		t.Errorf("calendars: %v", known.IDs())
	}
}

func TestHoldsCalendars(t *testing.T) {
	for text, want := range map[string]bool{
		"# ours\n[[calendars]]\nid = \"x\"\n":       true,
		"calendars = [{ id = \"x\" }]\n":            true,
		"id = \"x\"\n[[rules]]\nid = \"calendars\"": false,
		"": false,
	} {
		if HoldsCalendars([]byte(text)) != want {
			t.Errorf("%q holds calendars: %v", text, !want)
		}
	}
}

func FuzzCalendars(f *testing.F) {
	files, err := filepath.Glob("../testdata/calendars/refused/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "calendars/de.toml", "calendars/asia-pacific.toml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		HoldsCalendars(data)
		known, problems := calendars(t).With("fuzz.toml", data)
		if more := len(known.IDs()) - len(calendars(t).IDs()); len(problems) == 0 && !HoldsCalendars(data) && more == 0 {
			t.Error("neither calendars nor anything wrong")
		}
	})
}

func BenchmarkLoadCalendars(b *testing.B) {
	for b.Loop() {
		known := &Calendars{byID: map[string]*holidays{}}
		for _, name := range []string{"de", "europe", "gb", "americas", "asia-pacific"} {
			data, err := embeddedCalendars.ReadFile("calendars/" + name + ".toml")
			if err != nil {
				b.Fatal(err)
			}
			known.add(name, data)
		}
	}
}
