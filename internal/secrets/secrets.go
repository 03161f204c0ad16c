// Package secrets reads secrets out of AWS Secrets Manager. It keeps nothing,
// and no error of it quotes what is in a secret.
package secrets

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// client is the one call in use. The SDK retries what is worth retrying.
type client interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Reader reads secrets.
type Reader struct{ client client }

// New makes a reader. It makes no call.
func New(config aws.Config) *Reader {
	return &Reader{client: secretsmanager.NewFromConfig(config)}
}

// Get is the current value of a secret, by its ARN or its name.
func (r *Reader) Get(ctx context.Context, id string) ([]byte, error) {
	got, err := r.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	if err != nil {
		return nil, fmt.Errorf("reading the secret %s: %w", id, err)
	}
	if got.SecretString != nil {
		return []byte(*got.SecretString), nil
	}
	if len(got.SecretBinary) > 0 {
		return got.SecretBinary, nil
	}
	return nil, fmt.Errorf("reading the secret %s: %w", id, errors.New("it has no value yet: write one"))
}
