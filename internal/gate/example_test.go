package gate_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/gate"
)

// emptyBucket is a bucket to which no refresher has written yet.
type emptyBucket struct{}

func (emptyBucket) Get(context.Context, string, string) ([]byte, string, error) {
	return nil, "", fs.ErrNotExist
}

func ExampleNew() {
	config := gate.Config{
		Header:         "X-Amzn-Mtls-Clientcert",
		BundleKey:      "ca/bundle.pem",
		BundleSHA256:   strings.Repeat("0", 64),
		MaxSnapshotAge: 5 * time.Second,
		SnapshotGrace:  5 * time.Minute,
	}
	handler, err := gate.New(emptyBucket{}, config, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	fmt.Print(answer.Code, " ", answer.Body)
	// Output:
	// 401 {"title":"Unauthorized","status":401,"reason":"no-certificate","hint":"present a client certificate when you connect"}
}
