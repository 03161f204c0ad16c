// Package reference writes down what can be set, from the types of package
// settings and the comments of their fields: as a JSON schema for editors and
// as a table for readers. It is used when the documentation is made, never by
// a function or the stack.
package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// Comments are the comments of struct fields, by the names of type and field:
// "Source.URLs".
type Comments map[string]string

// ReadComments reads those of the Go files in a directory.
func ReadComments(dir string) (Comments, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("listing the files of %s: %w", dir, err)
	}
	comments := Comments{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parsing %s: %w", name, err)
		}
		ast.Inspect(file, comments.collect)
	}
	return comments, nil
}

func (c Comments) collect(node ast.Node) bool {
	spec, ok := node.(*ast.TypeSpec)
	if !ok {
		return true
	}
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return false
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			c[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
		}
	}
	return false
}
