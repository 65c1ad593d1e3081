package store

// hooks are called, one after the other, at the moments between which a stop of
// the process leaves different things behind: those of a commit, on the
// committer's goroutine, and those of a migration, on that of Open. Tests stop
// it there; nil ones do nothing.
type hooks struct {
	beforeCommit func() // a group is decided; nothing of it is written
	afterCommit  func() // it is durable; nobody was answered, nothing shown or signed
	acknowledged func() // everybody was answered
	planting     func() // older data is about to get the next of what this format has
}

func reach(hook func()) {
	if hook != nil {
		hook()
	}
}
