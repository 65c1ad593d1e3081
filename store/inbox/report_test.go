package inbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReports(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 5, 0, 0, time.UTC)
	for name, want := range map[string]Report{
		"postfix.eml": {MessageID: "k3jq@ada.example", Server: "mail.ada.example", At: at.Add(-5 * time.Minute), Recipients: []Recipient{
			{Address: "kim@ben.example", Action: Failed, Status: "5.1.1", Words: "550 5.1.1 <kim@ben.example>: Recipient address rejected: User unknown in virtual mailbox table", At: at},
		}},
		"delayed.eml":       {MessageID: "k3jq@ada.example", Server: "mail.ada.example", Recipients: []Recipient{{Address: "kim@ben.example", Action: Delayed, Status: "4.4.1", Words: "connect to mx.ben.example: Connection timed out"}}},
		"several.eml":       {MessageID: "k3jq@ada.example", Server: "mx.cleo.example", Recipients: []Recipient{{Address: "a@cleo.example", Action: Failed, Status: "5.2.2", Words: "552 mailbox full"}, {Address: "b@cleo.example", Action: Delivered, Status: "2.0.0"}}},
		"international.eml": {MessageID: "k3jq@ada.example", Server: "mx.example", Recipients: []Recipient{{Address: "jürgen@münchen.example", Action: Failed, Status: "5.6.7", Words: "550 no SMTPUTF8"}}},
		"no_original.eml":   {MessageID: "k3jq@ada.example", Server: "mx.example", Recipients: []Recipient{{Address: "kim@ben.example", Action: Failed, Status: "5.0.0"}}},
	} {
		file, err := os.Open(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(file)
		file.Close()
		if err != nil || fmt.Sprintf("%+v", *got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: %v\n%+v, want\n%+v", name, err, got, want)
		}
	}
}

func TestWhatIsNoReport(t *testing.T) {
	head := "From: x@y.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
	for name, text := range map[string]string{
		"nothing":        "",
		"no head":        "hello",
		"a plain answer": "From: kim@ben.example\r\nSubject: thanks\r\n\r\nThank you.\r\n",
		"cut off":        head + "--b\r\nContent-Type: message/delivery-",
		"no recipients":  head + "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n\r\n--b--\r\n",
		"no action":      head + "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: exploded\r\n\r\n--b--\r\n",
		"many parts":     head + strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 100) + "--b--\r\n",
		"many people":    head + "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n" + strings.Repeat("Final-Recipient: rfc822; a@b\r\nAction: failed\r\n\r\n", 1000) + "--b--\r\n",
		"endless":        head + "--b\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat("x", MaxReport) + "\r\n--b--\r\n",
		"no boundary":    "Content-Type: multipart/report\r\n\r\n--\r\n",
	} {
		if got, err := Read(strings.NewReader(text)); !errors.Is(err, ErrNoReport) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	deep := "Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
	for k := range 1000 {
		deep += fmt.Sprintf("--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", k, k+1)
	}
	if _, err := Read(strings.NewReader(deep)); !errors.Is(err, ErrNoReport) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	samples, err := filepath.Glob(filepath.Join("testdata", "*.eml"))
	if err != nil || len(samples) == 0 {
		f.Fatal(err)
	}
	for _, name := range samples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Read(strings.NewReader(text))
		if err != nil {
			if !errors.Is(err, ErrNoReport) {
				t.Fatal(err)
			}
			return
		}
		all := []string{r.MessageID, r.Server}
		for _, one := range r.Recipients {
			all = append(all, one.Address, one.Said())
		}
		for _, text := range all {
			if strings.ContainsAny(text, "\r\n\x00\x1b") || len([]rune(text)) > 2*maxWords+1 {
				t.Fatalf("%q", text)
			}
		}
	})
}
