package main

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// memoryMB is what each function gets. It buys processor time as well: half a
// gigabyte reads a list of half a million entries well within the time-out.
const memoryMB = 512

// program is what our functions differ in.
type program struct {
	name        string // of its folder
	description string
	timeout     time.Duration
	environment map[string]string
	// concurrency is how many may run at the same time; 0 sets no limit.
	concurrency int
	role        awsiam.Role
	logs        awslogs.LogGroup
	place       *place
}

// newFunction deploys one of our programs: a static binary for arm64, which
// needs no runtime but the operating system.
func newFunction(scope constructs.Construct, d deployment, p program) awslambda.Function {
	props := &awslambda.FunctionProps{
		Description:  jsii.String(p.description),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		Code:         awslambda.Code_FromAsset(jsii.String(filepath.Join(d.functions, p.name)), nil),
		MemorySize:   jsii.Number(memoryMB),
		Timeout:      awscdk.Duration_Seconds(jsii.Number(p.timeout.Seconds())),
		Environment:  environment(p.environment),
		Role:         p.role,
		LogGroup:     p.logs,
	}
	if p.concurrency > 0 {
		props.ReservedConcurrentExecutions = jsii.Number(p.concurrency)
	}
	if p.place != nil {
		props.Vpc, props.VpcSubnets = p.place.vpc, p.place.subnets
		props.SecurityGroups = &[]awsec2.ISecurityGroup{p.place.securityGroup}
	}
	return awslambda.NewFunction(scope, jsii.String("Function"), props)
}

func environment(values map[string]string) *map[string]*string {
	env := map[string]*string{}
	for name, value := range values {
		env[name] = jsii.String(value)
	}
	return &env
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
