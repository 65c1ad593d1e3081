package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tocsin/model"
	"tocsin/store/tree"
)

// reach says what a verb shows of the record, and from where it may be given.
type reach struct {
	// reads is what it shows, of model's table of readers; "" shows nothing
	// that is not everybody's.
	reads string
	// here says why it is given on the machine of the record alone; "" may be
	// given over SSH, too.
	here string
	// screen says that it shows a screen where somebody sits at a terminal.
	screen bool
	// files are the words and flags that name files.
	files []fileWord
}

// fileWord is a word or a flag that names a file or a folder.
type fileWord struct {
	flag  string            // without dashes; "" for words
	word  int               // the word, from 0; with -1 all of them
	pipe  bool              // - stands for standard input or output
	other func(string) bool // tells what is no file, though it may stand there
}

// Reasons why a verb is given on the machine of the record alone.
const (
	ownsKeys   = "it handles the record's keys"
	ownsFiles  = "it reads or writes files on the machine of the record"
	ownsMaking = "it makes a record on the machine it is given on"
	ownsServer = "it is what serves you"
	ownsDemo   = "it opens a record of its own"
)

// wallVerb is what somebody in the role wall is shown instead of the console.
const wallVerb = "wall"

// What the verbs show.
const (
	incidents = "incidents"
	auditLog  = "audit"
	registry  = "people"
	customers = "customers"
	wallAlone = "wall"
	own       = "own"
)

// verbs is what every verb shows, and from where it may be given. A verb that
// is not in it is refused to guests.
var verbs = map[string]reach{
	"": {reads: incidents, screen: true},

	"queue":     {reads: incidents},
	"show":      {reads: incidents},
	"timeline":  {reads: incidents},
	"deadlines": {reads: incidents, files: []fileWord{{flag: "ics", pipe: true}}},
	"reminders": {reads: incidents},
	"due":       {},
	"plain":     {reads: incidents},
	"wall":      {reads: wallAlone, screen: true},

	"report":      {},
	"reports":     {reads: own},
	"describe":    {reads: incidents},
	"triage":      {reads: incidents},
	"fact":        {reads: incidents},
	"severity":    {reads: incidents},
	"phase":       {reads: incidents},
	"task":        {reads: incidents},
	"assign":      {reads: incidents},
	"acknowledge": {reads: incidents},
	"note":        {reads: incidents},
	"hold":        {reads: incidents},
	"waive":       {reads: incidents},
	"suspend":     {reads: incidents},
	"packs":       {reads: incidents},
	"link":        {reads: incidents},

	"evidence":          {},
	"evidence add":      {reads: incidents, files: []fileWord{{word: 1, pipe: true}}},
	"evidence list":     {reads: incidents},
	"evidence show":     {reads: incidents},
	"evidence transfer": {reads: incidents},
	"evidence examine":  {reads: incidents},
	"evidence return":   {reads: incidents},
	"evidence release":  {reads: incidents},
	"evidence collect":  {reads: incidents},
	"evidence verify":   {reads: incidents},
	"evidence export":   {reads: incidents, files: []fileWord{{flag: "to"}}},
	"evidence sweep":    {reads: incidents},

	"approvals":       {reads: incidents},
	"notice":          {},
	"notice draft":    {reads: incidents},
	"notice edit":     {reads: incidents},
	"notice list":     {reads: incidents},
	"notice show":     {reads: incidents},
	"notice preview":  {reads: incidents},
	"notice diff":     {reads: incidents},
	"notice propose":  {reads: incidents},
	"notice approve":  {reads: incidents},
	"notice reject":   {reads: incidents},
	"notice override": {reads: incidents},
	"notice withdraw": {reads: incidents},
	"notice release":  {reads: incidents, files: []fileWord{{flag: "dry-run"}}},
	"notice file":     {reads: incidents},
	"notice pause":    {reads: incidents},
	"notice resume":   {reads: incidents},
	"notice cancel":   {reads: incidents},
	"notice contact":  {reads: incidents},
	"notice receipt":  {reads: incidents},
	"notice retry":    {reads: incidents},
	"notice give-up":  {reads: incidents},
	"notice no-facts": {reads: incidents},
	"notice who":      {reads: incidents},
	"notice proof":    {reads: customers, files: []fileWord{{flag: "to"}}},

	"affected":           {},
	"affected import":    {reads: incidents, files: []fileWord{{word: 0, pipe: true}}},
	"affected customers": {reads: customers},
	"affected add":       {reads: incidents, files: []fileWord{{flag: "ids", pipe: true}}},
	"affected show":      {reads: incidents},
	"affected refresh":   {reads: incidents},
	"affected forget":    {reads: customers},

	"close":          {reads: incidents},
	"duplicate":      {reads: incidents},
	"merge":          {reads: incidents},
	"false-positive": {reads: incidents},
	"reopen":         {reads: incidents},
	"delete":         {reads: incidents},

	"setup":                 {reads: incidents},
	"import":                {reads: incidents, files: []fileWord{{word: 0, pipe: true}}},
	"policy":                {},
	"policy calendar":       {reads: incidents},
	"policy calendar adopt": {reads: incidents},
	"policy list":           {reads: incidents},
	"policy show":           {reads: incidents},
	"policy diff":           {files: []fileWord{{word: -1, other: isPackName}}},
	"policy lint":           {here: ownsFiles},
	"policy test":           {here: ownsFiles},
	"retention":             {reads: incidents},
	"retention set":         {reads: incidents},
	"retention preview":     {reads: incidents},
	"retention sweep":       {reads: incidents},
	"people":                {},
	"people list":           {reads: registry},
	"people forget":         {reads: registry},

	"people add":              {reads: registry, files: []fileWord{{flag: "key", pipe: true, other: isKeyLine}}},
	"people role":             {reads: registry},
	"people key":              {},
	"people key add":          {reads: registry, files: []fileWord{{word: 1, pipe: true, other: isKeyLine}}},
	"people key remove":       {reads: registry},
	"people factor":           {},
	"people factor enrol":     {}, // their own; an owner everybody's
	"people factor remove":    {},
	"people factor status":    {}, // their own; who may see people, everybody's
	"people revoke":           {reads: registry},
	"people rule":             {reads: registry},
	"people authority":        {},
	"people authority add":    {reads: registry, files: []fileWord{{word: 0, pipe: true, other: isKeyLine}}},
	"people authority remove": {reads: registry},
	"people authority list":   {reads: registry},

	"inbox":          {},
	"inbox bounce":   {reads: incidents, files: []fileWord{{word: 0, pipe: true}}},
	"channel":        {},
	"channel set":    {reads: incidents, here: ownsKeys, files: []fileWord{{flag: "password-file"}, {flag: "to-file"}, {flag: "secret-file"}, {flag: "ca-file"}}},
	"channel list":   {reads: incidents},
	"channel test":   {reads: incidents},
	"channel remove": {reads: incidents},

	"audit":             {},
	"audit log":         {reads: auditLog},
	"audit verify":      {reads: auditLog, files: []fileWord{{word: -1}, {flag: "key", other: isVerifier}, {flag: "checkpoint"}, {flag: "witness", other: isVerifier}, {flag: "identity"}, {flag: "passphrase-file"}}},
	"audit checkpoint":  {reads: auditLog},
	"audit key":         {},
	"audit prove":       {reads: auditLog, files: []fileWord{{flag: "to", pipe: true}}},
	"audit consistency": {reads: auditLog, files: []fileWord{{word: 0}, {flag: "to", pipe: true}}},
	"audit witness":     {reads: auditLog, files: []fileWord{{word: -1}, {flag: "keep"}, {flag: "key", other: isVerifier}, {flag: "proof"}, {flag: "add"}, {flag: "witness", other: isVerifier}}},

	"vault":        {reads: auditLog, here: ownsKeys},
	"vault status": {reads: auditLog, here: ownsKeys},
	"vault rotate": {reads: auditLog, here: ownsKeys, files: []fileWord{{flag: "key-file"}}},
	"backup":       {reads: auditLog, here: ownsFiles, files: []fileWord{{flag: "to"}, {flag: "since"}, {flag: "recipients-file"}, {flag: "passphrase-file"}}},
	"restore":      {here: ownsMaking, files: []fileWord{{word: -1}, {flag: "to"}, {flag: "identity"}, {flag: "passphrase-file"}, {flag: "key-file"}}},
	"export":       {reads: auditLog, here: ownsFiles, files: []fileWord{{flag: "to"}}},
	"doctor":       {here: ownsFiles},
	"serve":        {here: ownsServer},

	"sessions":        {},
	"sessions list":   {reads: registry},
	"sessions revoke": {reads: registry},
	"demo":            {here: ownsDemo},

	"version": {},
	"json":    {},
	"keys":    {},
	"help":    {},
}

// verbOf names a verb as it is typed after tocsin: "evidence add".
func verbOf(cmd *cobra.Command) string {
	_, verb, _ := strings.Cut(cmd.CommandPath(), " ")
	return verb
}

// admit says what the verb shows, and makes of what a guest gave what it is to
// be here: it refuses what cannot be done from where they are, and finds the
// files that they named. It runs before the verb does.
func (a *app) admit(cmd *cobra.Command, args []string) error {
	verb := verbOf(cmd)
	reach, known := verbs[verb]
	a.called = verb
	if a.guest == nil {
		return nil
	}
	if !known {
		return usage(cmd, "%s is for a command line of its own", verb)
	}
	if a.guest.here() {
		a.findFiles(reach, cmd, args)
		return nil
	}
	if reach.here != "" {
		return &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("tocsin %s is not given over SSH, since %s: give it there", verb, reach.here)}
	}
	return a.refuseFiles(reach, cmd, args)
}

// ownFlags are about the record that is opened and who acts, which a log-in
// says.
var ownFlags = []string{"data", "space", "as"}

// refuseFiles keeps guests from the network away from the server's files.
func (a *app) refuseFiles(reach reach, cmd *cobra.Command, args []string) error {
	for _, flag := range ownFlags {
		if cmd.Flags().Changed(flag) {
			return model.Refuse(model.Field("--"+flag, "is not given over SSH", "nothing: the log-in says who acts, and in which record"))
		}
	}
	for _, file := range reach.files {
		for _, given := range file.of(cmd, args) {
			if given.text == "" || given.text == "-" && file.pipe || file.other != nil && file.other(given.text) {
				continue
			}
			return model.Refuse(model.Field(given.name, "names a file of the server's, which is not given over SSH", file.instead()))
		}
	}
	return nil
}

// instead is what is accepted over SSH.
func (f fileWord) instead() string {
	switch {
	case f.pipe:
		return "-, with the file through a pipe: ssh HOST … - < FILE, or > FILE"
	case f.other != nil:
		return "the thing itself, or its name in the record"
	}
	return "nothing: give it on the machine of the record"
}

// givenFile is what was given where a file is named.
type givenFile struct{ name, text string }

func (f fileWord) of(cmd *cobra.Command, args []string) []givenFile {
	var given []givenFile
	if f.flag != "" {
		flag := cmd.Flags().Lookup(f.flag)
		if flag == nil {
			return nil
		}
		for _, text := range flagTexts(flag) {
			given = append(given, givenFile{"--" + f.flag, text})
		}
		return given
	}
	for k, text := range args {
		if f.word < 0 || f.word == k {
			given = append(given, givenFile{fmt.Sprintf("word %d", k+1), text})
		}
	}
	return given
}

func flagTexts(flag *pflag.Flag) []string {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{flag.Value.String()}
}

// findFiles makes whole paths of those that a guest named from where they are.
func (a *app) findFiles(reach reach, cmd *cobra.Command, args []string) {
	whole := func(file fileWord, text string) string {
		if text == "" || text == "-" && file.pipe || file.other != nil && file.other(text) {
			return text
		}
		return a.guest.path(text)
	}
	for _, file := range reach.files {
		if file.flag == "" {
			for k := range args {
				if file.word < 0 || file.word == k {
					args[k] = whole(file, args[k])
				}
			}
			continue
		}
		flag := cmd.Flags().Lookup(file.flag)
		if flag == nil {
			continue
		}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			texts := list.GetSlice()
			for k := range texts {
				texts[k] = whole(file, texts[k])
			}
			_ = list.Replace(texts) // texts are taken as they are
			continue
		}
		_ = flag.Value.Set(whole(file, flag.Value.String()))
	}
}

// isVerifier tells a public key from the name of a file that holds one.
func isVerifier(text string) bool {
	_, err := tree.ParseVerifier(text)
	return err == nil
}

// isPackName tells the name of a pack from that of a file, as policy diff
// does.
func isPackName(text string) bool {
	return filepath.Ext(text) != ".toml" && !strings.ContainsRune(text, filepath.Separator)
}
