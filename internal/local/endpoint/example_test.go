package endpoint_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/local/endpoint"
)

func Example() {
	twin := endpoint.New(endpoint.Options{})
	err := twin.CreateBucket("sekisho")
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(twin)
	defer server.Close()
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(server.URL),
		Region:       "ap-northeast-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDREFRESH", "any", ""),
	})
	output, err := client.ListBuckets(context.Background(), &s3.ListBucketsInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(aws.ToString(output.Buckets[0].Name))
	for _, call := range twin.Calls() {
		fmt.Println(call.AccessKeyID, call.Action, call.Status)
	}
	// Output:
	// sekisho
	// AKIDREFRESH ListBuckets 200
}
