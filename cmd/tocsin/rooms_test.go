package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// topLevel is all that the repository may hold at its top, beside dot-files.
var topLevel = []string{"cmd", "tui", "model", "store", "config", "testdata", "go.mod", "go.sum", "README.md"}

// rooms says which rooms of the house each room may know. What is not listed
// is not allowed; every room may know itself, the standard library, and, but
// for model, modules of others.
var rooms = map[string][]string{
	"model":  nil,
	"config": {"model"},
	"store":  {"model"},
	"tui":    {"model"},
	"cmd":    {"model", "config", "store", "tui"},
}

const repository = "../.."

func TestTopLevelHoldsOnlyTheRooms(t *testing.T) {
	for _, name := range kept(t) {
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			t.Errorf("%s: the top level holds %s alone", name, strings.Join(topLevel, ", "))
		}
	}
}

// kept lists what the repository keeps at its top: what git tracks or would
// track, or everything where there is no git.
func kept(t *testing.T) []string {
	t.Helper()
	var names []string
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	list.Dir = repository
	if output, err := list.Output(); err == nil && len(output) > 0 {
		for line := range strings.Lines(string(output)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), "/")
			names = append(names, name)
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	entries, err := os.ReadDir(repository)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestRoomsKnowOnlyWhatTheyMay(t *testing.T) {
	for _, file := range sources(t) {
		for _, imported := range file.imports(t) {
			if problem := file.mayImport(imported); problem != "" {
				t.Errorf("%s imports %s: %s", file.name, imported, problem)
			}
		}
	}
}

func TestNoDrawerForEverything(t *testing.T) {
	banned := []string{"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "shared"}
	for _, file := range sources(t) {
		for _, part := range strings.Split(strings.TrimSuffix(file.name, ".go"), "/") {
			if slices.Contains(banned, part) {
				t.Errorf("%s: a file or package is named after its idea, not %q", file.name, part)
			}
		}
	}
}

// fixedAtStart are the files whose panics can only come before main, from
// tables that are the same in every run: the first test that runs sees them.
var fixedAtStart = []string{"store/compact.go", "store/envelope.go"}

// mains are the programs.
var mains = []string{"cmd/tocsin/main.go", "cmd/tocsin-verify/main.go"}

// TestOnlyMainEndsTheProcess holds that nothing but the program's own main
// decides on its end, and that nothing runs before main does.
func TestOnlyMainEndsTheProcess(t *testing.T) {
	for _, file := range sources(t) {
		if file.test || slices.Contains(mains, file.name) {
			continue
		}
		file.walk(t, func(node ast.Node, at token.Position) {
			switch n := node.(type) {
			case *ast.CallExpr:
				switch call := callee(n); call {
				case "panic":
					if !slices.Contains(fixedAtStart, file.name) {
						t.Errorf("%s:%d: panic: return an error", file.name, at.Line)
					}
				case "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf":
					t.Errorf("%s:%d: %s: return an error", file.name, at.Line, call)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s:%d: init: make it when it is needed", file.name, at.Line)
				}
			}
		})
	}
}

// TestModelIsPure holds that the domain has no clock and no goroutine of its own.
func TestModelIsPure(t *testing.T) {
	for _, file := range sources(t) {
		if file.test || file.room() != "model" {
			continue
		}
		file.walk(t, func(node ast.Node, at token.Position) {
			switch n := node.(type) {
			case *ast.GoStmt:
				t.Errorf("%s:%d: a goroutine in the domain", file.name, at.Line)
			case *ast.CallExpr:
				switch call := callee(n); call {
				case "time.Now", "time.Since", "time.Until", "time.After", "time.Sleep", "time.NewTimer", "time.NewTicker":
					t.Errorf("%s:%d: %s: time is an argument here", file.name, at.Line, call)
				}
			}
		})
		for _, imported := range file.imports(t) {
			if slices.Contains([]string{"os", "net", "net/http", "io/fs", "database/sql", "os/exec"}, imported) {
				t.Errorf("%s imports %s: the domain does no input or output", file.name, imported)
			}
		}
	}
}

// TestNothingWaitsForUnfinishedWork holds that no file is left half done.
func TestNothingWaitsForUnfinishedWork(t *testing.T) {
	marks := [][]byte{[]byte("TO" + "DO"), []byte("FIX" + "ME"), []byte("X" + "XX")}
	for _, file := range sources(t) {
		text, err := os.ReadFile(filepath.Join(repository, file.name))
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range marks {
			if bytes.Contains(text, mark) {
				t.Errorf("%s: %s: do it, or leave it out", file.name, mark)
			}
		}
	}
}

// source is one Go file of the repository.
type source struct {
	name string // with slashes, from the top
	test bool
}

// sources are all Go files of the product's module.
func sources(t *testing.T) []source {
	t.Helper()
	var files []source
	err := filepath.WalkDir(repository, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(repository, name)
		if err != nil {
			return err
		}
		if entry.IsDir() && relative != "." && (strings.HasPrefix(entry.Name(), ".") || isModule(name)) {
			return fs.SkipDir
		}
		if !entry.IsDir() && filepath.Ext(name) == ".go" {
			files = append(files, source{name: filepath.ToSlash(relative), test: strings.HasSuffix(name, "_test.go")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d Go files found: is this the repository?", len(files))
	}
	return files
}

// isModule tells a folder that is a module of its own, such as one of
// benchmarks with dependencies that users are spared.
func isModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

func (f source) room() string {
	room, _, _ := strings.Cut(f.name, "/")
	return room
}

// mayImport says what is wrong with an import, "" where nothing is. Tests may
// bring in modules of others anywhere, but rooms stay apart in them, too.
func (f source) mayImport(imported string) string {
	inner, ours := strings.CutPrefix(imported, "tocsin/")
	first, _, _ := strings.Cut(imported, "/")
	switch room, _, _ := strings.Cut(inner, "/"); {
	case ours && room != f.room() && !slices.Contains(rooms[f.room()], room):
		return f.room() + " may know " + strings.Join(append(slices.Clone(rooms[f.room()]), "itself"), ", ")
	case !ours && f.room() == "model" && !f.test && strings.Contains(first, "."):
		return "model knows the standard library alone"
	}
	return ""
}

func (f source) imports(t *testing.T) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(repository, f.name), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path.Clean(imported))
	}
	return paths
}

func (f source) walk(t *testing.T, visit func(node ast.Node, at token.Position)) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, filepath.Join(repository, f.name), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if node != nil {
			visit(node, files.Position(node.Pos()))
		}
		return true
	})
}

// callee names what is called: "panic" or "os.Exit".
func callee(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if from, ok := fun.X.(*ast.Ident); ok {
			return from.Name + "." + fun.Sel.Name
		}
	}
	return ""
}
