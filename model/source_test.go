package model

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// commandTypes lists the types of command.go that are commands: those with a
// method About.
func commandTypes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "command.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "About" {
			types = append(types, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	return types
}
