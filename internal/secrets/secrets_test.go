package secrets

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

type store struct {
	answer *secretsmanager.GetSecretValueOutput
	err    error
	asked  string
}

func (s *store) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	s.asked = aws.ToString(in.SecretId)
	return s.answer, s.err
}

func TestGet(t *testing.T) {
	t.Parallel()
	missing := &types.ResourceNotFoundException{Message: aws.String("no such secret")}
	for _, c := range []struct {
		name       string
		store      store
		want, says string
	}{
		{"text", store{answer: &secretsmanager.GetSecretValueOutput{SecretString: aws.String("text")}}, "text", ""},
		{"bytes", store{answer: &secretsmanager.GetSecretValueOutput{SecretBinary: []byte("bytes")}}, "bytes", ""},
		{"empty", store{answer: &secretsmanager.GetSecretValueOutput{}}, "", "reading the secret arn: it has no value yet"},
		{"absent", store{err: missing}, "", "reading the secret arn: ResourceNotFoundException: no such secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := (&Reader{client: &c.store}).Get(t.Context(), "arn")
			if string(got) != c.want || c.store.asked != "arn" || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %q, %v, asked for %q", got, err, c.store.asked)
			}
			if c.store.err != nil && !errors.Is(err, c.store.err) {
				t.Errorf("the cause is lost: %v", err)
			}
		})
	}
}
