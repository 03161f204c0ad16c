package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/settings"
)

// planTarget says whose refresh function is meant.
type planTarget struct {
	dir, file string
	// chosen says that the directory was named, and with it the twin.
	chosen bool
}

func (p *planTarget) add(flags *pflag.FlagSet) {
	flags.StringVar(&p.dir, "dir", local.DefaultOptions().Dir, "state `directory` of the local twin")
	flags.StringVar(&p.file, "environment", "", "JSON `file` with the variables of a refresh function in AWS")
}

// ofAWS says that the function in AWS is meant.
func (p *planTarget) ofAWS() bool {
	return !p.chosen && (p.file != "" || os.Getenv(settings.EnvTrustStore) != "")
}

// environment is that of the refresh function, and where it is.
func (p *planTarget) environment() (string, func(string) string, error) {
	switch {
	case p.file != "" && p.chosen:
		return "", nil, &usageError{fmt.Errorf("looking at the twin on %s and at AWS at once makes no sense: give --dir or --environment", p.dir)}
	case p.file != "":
		return p.inFile()
	case !p.chosen && os.Getenv(settings.EnvTrustStore) != "":
		return "AWS, trust store " + os.Getenv(settings.EnvTrustStore), os.Getenv, nil
	default:
		return p.ofTwin()
	}
}

// inFile takes what the file says, and the keys of AWS from the environment.
func (p *planTarget) inFile() (string, func(string) string, error) {
	text, err := os.ReadFile(p.file)
	if err != nil {
		return "", nil, &usageError{fmt.Errorf("reading the environment of the function: %w", err)}
	}
	var variables map[string]string
	err = json.Unmarshal(text, &variables)
	if err != nil {
		return "", nil, &usageError{fmt.Errorf("reading the environment of the function from %s: want a JSON object of variables: %w", p.file, err)}
	}
	return "AWS, trust store " + variables[settings.EnvTrustStore], func(name string) string {
		value, there := variables[name]
		if there {
			return value
		}
		return os.Getenv(name)
	}, nil
}

func (p *planTarget) ofTwin() (string, func(string) string, error) {
	twin, err := local.Describe(p.dir)
	if err != nil {
		return "", nil, err
	}
	aws := map[string]string{
		awsenv.Region: twin.Region, awsenv.EndpointURL: twin.AWSEndpoint,
		awsenv.AccessKeyID: "sekisho-operator", awsenv.SecretKey: "local",
	}
	return "the twin on " + p.dir, func(name string) string {
		value, there := aws[name]
		if there {
			return value
		}
		return twin.RefreshEnvironment[name]
	}, nil
}
