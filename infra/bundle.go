package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// certificates are what is put into the bucket at deployment: keys and PEM.
func (d deployment) certificates() map[string]cabundle.Bundle {
	files := map[string]cabundle.Bundle{}
	if d.Bundle.SHA256 != "" {
		files[snapshot.BundleKey(d.Bundle.SHA256)] = d.Bundle
	}
	if d.HTTPSCA.SHA256 != "" {
		files[settings.HTTPSCAKey(d.HTTPSCA)] = d.HTTPSCA
	}
	return files
}

// newUpload puts the CA certificates into the bucket, each file under its own
// hash: another bundle is another key, which is how CloudFormation sees that
// there is something to do. What lay there before stays, for the functions
// read it until they are replaced.
func newUpload(scope constructs.Construct, bucket awss3.IBucket, d deployment) constructs.Construct {
	logs := newLogGroup(scope, "UploadLogs", d.LogRetentionDays)
	role := newFunctionRole(scope, "UploadRole", "Puts the deployed CA certificates into the bucket", logs)
	// The uploader may write certificates and nothing else: what the CDK would
	// grant it includes what only the refresher may write.
	allow(role, "ReadBucket", []string{"s3:ListBucket"}, *bucket.BucketArn())
	allow(role, "WriteCertificates", []string{"s3:PutObject"}, *bucket.ArnForObjects(jsii.String("ca/*")), *bucket.ArnForObjects(jsii.String("tls/*")))
	explain(role, finding{"AwsSolutions-IAM5", "One object for each hash: which hashes will be deployed is not known."})
	upload := awss3deployment.NewBucketDeployment(scope, jsii.String("Upload"), &awss3deployment.BucketDeploymentProps{
		DestinationBucket: bucket,
		Sources:           newSources(scope, role, d.certificates()),
		Role:              role.WithoutPolicyUpdates(nil),
		LogGroup:          logs,
		Prune:             jsii.Bool(false),
		OutputObjectKeys:  jsii.Bool(false),
	})
	explainUploader(scope)
	return upload
}

// explainUploader speaks of the CDK's function behind the upload, of which
// there is one for a stack.
func explainUploader(scope constructs.Construct) {
	uploader := awscdk.Stack_Of(scope).Node().FindChild(jsii.String("Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"))
	explain(uploader, finding{"AwsSolutions-L1", "The CDK's own function for uploads: its runtime comes with the CDK's version, which is pinned in go.mod."})
}

// newSources are the files as archives of the deployment. The uploader may read
// these and no others.
func newSources(scope constructs.Construct, role awsiam.Role, files map[string]cabundle.Bundle) *[]awss3deployment.ISource {
	var sources []awss3deployment.ISource
	var archives []string
	for _, key := range sortedKeys(files) {
		file := awss3deployment.Source_Data(jsii.String(key), jsii.String(string(files[key].PEM)), nil)
		archive := file.Bind(scope, &awss3deployment.DeploymentSourceContext{HandlerRole: role.WithoutPolicyUpdates(nil)})
		sources = append(sources, awss3deployment.Source_Bucket(archive.Bucket, archive.ZipObjectKey))
		archives = append(archives, *archive.Bucket.ArnForObjects(archive.ZipObjectKey))
	}
	allow(role, "ReadArchive", []string{"s3:GetObject"}, archives...)
	return &sources
}

// bundleKey is where the CA bundle lies in the bucket.
func (d deployment) bundleKey() string { return snapshot.BundleKey(d.Bundle.SHA256) }
