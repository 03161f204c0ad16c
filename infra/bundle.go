package main

import (
	"path"

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

// certificateFolders are where those files lie, whatever they hold. A permission
// is renewed before the function that has it, so it must do for the files of
// the release before as well; which ones count is pinned by their hashes.
func (d deployment) certificateFolders() []string {
	var folders []string
	for _, key := range sortedKeys(d.certificates()) {
		folders = append(folders, path.Dir(key)+"/*")
	}
	return folders
}

// newUpload puts the CA certificates into the bucket, each file under its own
// hash: another bundle is another key, which is how CloudFormation sees that
// there is something to do. What lay there before stays, for the functions
// read it until they are replaced. It is nil where there is nothing to put.
func newUpload(stack awscdk.Stack, bucket awss3.IBucket, d deployment) constructs.Construct {
	if len(d.certificates()) == 0 {
		return nil
	}
	scope := constructs.NewConstruct(stack, jsii.String("Certificates"))
	logs := newLogGroup(scope, "Logs", d.LogRetentionDays)
	role := newFunctionRole(scope, "Role", "Puts the deployed CA certificates into the bucket", logs)
	// The uploader may write certificates and nothing else: what the CDK would
	// grant it includes what only the refresher may write.
	allow(role, "ReadBucket", []string{"s3:ListBucket"}, *bucket.BucketArn())
	allow(role, "WriteCertificates", []string{"s3:PutObject"}, objects(bucket, d.certificateFolders()...)...)
	explain(role, finding{"AwsSolutions-IAM5", "One object for each hash: which hashes will be deployed is not known."})
	upload := awss3deployment.NewBucketDeployment(scope, jsii.String("Upload"), &awss3deployment.BucketDeploymentProps{
		DestinationBucket: bucket,
		Sources:           newSources(scope, role, d.certificates()),
		Role:              role.WithoutPolicyUpdates(nil),
		LogGroup:          logs,
		Prune:             jsii.Bool(false),
		OutputObjectKeys:  jsii.Bool(false),
	})
	explainUploader(stack)
	return upload
}

// explainUploader speaks of the CDK's function behind the upload, of which
// there is one for a stack.
func explainUploader(stack awscdk.Stack) {
	uploader := stack.Node().FindChild(jsii.String("Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"))
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
