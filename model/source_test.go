package model

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// commandTypes lists the types of command.go and its like that are commands: those with a
// method About.
func commandTypes(t *testing.T) []string {
	t.Helper()
	var types []string
	for _, name := range []string{"command.go", "command_access.go", "command_channel.go", "command_customer.go", "command_notice.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "About" {
				types = append(types, f.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	return types
}
