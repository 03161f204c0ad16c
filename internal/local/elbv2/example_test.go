package elbv2_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/sekisho/sekisho/internal/local/elbv2"
)

// emptyBucket is a bucket without objects.
type emptyBucket struct{}

func (emptyBucket) Object(_, _, _ string) ([]byte, error) { return nil, fs.ErrNotExist }

func ExampleService() {
	service := elbv2.New(emptyBucket{}, elbv2.Options{})
	form := "Action=CreateTrustStore&Version=2015-12-01&Name=clients&CaCertificatesBundleS3Bucket=b&CaCertificatesBundleS3Key=ca.pem"
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	service.ServeHTTP(answer, request)
	_, code, _ := strings.Cut(answer.Body.String(), "<Code>")
	code, _, _ = strings.Cut(code, "</Code>")
	fmt.Println(answer.Code, code)
	// Output: 400 CaCertificatesBundleNotFound
}
