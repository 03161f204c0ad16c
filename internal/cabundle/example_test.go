package cabundle_test

import (
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
)

func ExampleNormalise() {
	files := []cabundle.File{
		{Name: "empty.pem"},
		{Name: "page.html", Data: []byte("<html>404 Not found</html>")},
	}
	_, err := cabundle.Normalise(files, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	fmt.Println(err)
	// Output:
	// empty.pem: the file is empty
	// page.html: no certificate in it, neither as PEM nor as DER
}
