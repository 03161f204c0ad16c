package local

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/settings"
)

// The names of the listeners.
const (
	verifyName      = "verify"
	passthroughName = "passthrough"
)

// connectionsKept is how many entries of the connection log stay at hand.
const connectionsKept = 200

// startGate opens both listeners. The verify function is told which port is
// its own, so that port is taken first.
func (t *Twin) startGate(ctx context.Context) error {
	verify, err := t.listen(verifyPort)
	if err != nil {
		return err
	}
	passthrough, err := t.listen(passthroughPort)
	if err != nil {
		return err
	}
	t.description.ClientKeepAlive = settings.Duration(t.options.ClientKeepAlive)
	t.description.Verify = "https://localhost:" + strconv.Itoa(portOf(verify))
	t.description.Passthrough = "https://localhost:" + strconv.Itoa(portOf(passthrough))
	given := t.prepared.Verify(bucketName)
	given.Gate = t.gateSettings(given.Gate, portOf(passthrough))
	t.verify, err = t.startFunction(ctx, verifyFunction, t.options.VerifyBinary, verifyTimeout, given.Env())
	if err != nil {
		return err
	}
	return t.accept(verify, passthrough)
}

// accept lets clients in.
func (t *Twin) accept(verify, passthrough net.Listener) error {
	output, err := t.openLog("connections.log")
	if err != nil {
		return err
	}
	t.connections = alb.NewLog(output, connectionsKept, t.connected)
	verifyConfig, passConfig := t.listenerConfigs()
	verifying, err := alb.NewVerify(verifyConfig)
	if err != nil {
		return fmt.Errorf("making the verify listener: %w", err)
	}
	passing, err := alb.NewPassthrough(passConfig)
	if err != nil {
		return fmt.Errorf("making the passthrough listener: %w", err)
	}
	t.background("verify listener", func() error { return verifying.Serve(verify) }, verifying.Shutdown)
	t.background("passthrough listener", func() error { return passing.Serve(passthrough) }, passing.Shutdown)
	return t.endpoint.TrustStores().Associate(t.description.TrustStoreARN, loadBalancerARN)
}

func (t *Twin) listenerConfigs() (alb.VerifyConfig, alb.PassthroughConfig) {
	verify := alb.VerifyConfig{
		Config:     t.listenerConfig(verifyName),
		TrustStore: alb.TrustStoreIn(t.endpoint.TrustStores(), t.description.TrustStoreARN),
	}
	pass := alb.PassthroughConfig{
		Config: t.listenerConfig(passthroughName), Invoke: t.verify.Invoke, TargetGroupARN: targetGroupARN,
	}
	if t.options.Listeners != nil {
		t.options.Listeners(&verify, &pass)
	}
	return verify, pass
}

// gateSettings are those of a stack, apart from what belongs to this machine.
// The verifier looks for a newer snapshot at every request: what is seen here
// must not lag behind the refresh that somebody just asked for. A stack lets
// it grow a few seconds old instead.
func (t *Twin) gateSettings(gate settings.Gate, port int) settings.Gate {
	gate.Header = t.options.CertificateHeader
	gate.TargetGroup, gate.Port, gate.Proto = targetGroupARN, port, "https"
	gate.SubjectCN, gate.IssuerCN = t.options.SubjectCN, t.options.IssuerCN
	gate.MaxSnapshotAge = 0
	return gate
}

// listenerConfig is what both listeners have in common.
func (t *Twin) listenerConfig(name string) alb.Config {
	return alb.Config{
		Name: name, Certificate: t.certificate, Switches: t.options.Gate,
		Headers:         alb.HeaderNames{Clientcert: t.options.CertificateHeader},
		ClientKeepAlive: t.options.ClientKeepAlive, LoadBalancer: loadBalancer,
		Log: t.connections,
	}
}
