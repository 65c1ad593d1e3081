package health

// Level is how what was checked is.
type Level string

// The levels, from good to bad.
const (
	Sound    Level = "sound"
	Doubtful Level = "doubtful" // works, and somebody should look at it
	Unknown  Level = "unknown"  // could not be checked
	Wrong    Level = "wrong"
)

// Finding is what one check found.
type Finding struct {
	Check string // what was checked, in a word or two
	Level Level
	Text  string // one sentence, without a full stop
	Mend  string // the command that mends it; "" where none does or nothing is wrong
}

func sound(check, text string) Finding { return Finding{Check: check, Level: Sound, Text: text} }

func doubtful(check, text, mend string) Finding {
	return Finding{Check: check, Level: Doubtful, Text: text, Mend: mend}
}

func unknown(check, text, mend string) Finding {
	return Finding{Check: check, Level: Unknown, Text: text, Mend: mend}
}

func wrong(check, text, mend string) Finding {
	return Finding{Check: check, Level: Wrong, Text: text, Mend: mend}
}

// Worst is the worst level among findings: Wrong before Unknown, since what is
// known to be wrong is so whatever else could not be checked.
func Worst(findings []Finding) Level {
	worst := Sound
	for _, f := range findings {
		if rank[f.Level] > rank[worst] {
			worst = f.Level
		}
	}
	return worst
}

var rank = map[Level]int{Sound: 0, Doubtful: 1, Unknown: 2, Wrong: 3}

// The commands that mend things.
const (
	Repair     = "tocsin doctor --repair"
	AcceptHead = "tocsin doctor --accept-head"
	// SweepEvidence removes what is stored and belongs to no evidence.
	SweepEvidence = "tocsin evidence sweep --remove"
	// SetChannel makes a channel, or makes one anew.
	SetChannel = "tocsin channel set NAME …"
	restore    = "tocsin restore BACKUP --to DIRECTORY"
)
