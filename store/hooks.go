package store

// hooks are called, one after the other and on the committer's goroutine, at
// the moments of a commit between which a stop of the process leaves different
// things behind. Tests stop it there; nil ones do nothing.
type hooks struct {
	beforeCommit func() // a group is decided; nothing of it is written
	afterCommit  func() // it is durable; nobody was answered, nothing shown or signed
	acknowledged func() // everybody was answered
}

func reach(hook func()) {
	if hook != nil {
		hook()
	}
}
