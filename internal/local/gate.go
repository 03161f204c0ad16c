package local

import (
	"fmt"
	"net"

	"github.com/sekisho/sekisho/internal/local/alb"
)

// connectionsKept is how many entries of the connection log stay at hand.
const connectionsKept = 200

// startGate lets both listeners accept.
func (t *Twin) startGate(verify, passthrough net.Listener) error {
	output, err := t.openLog("connections.log")
	if err != nil {
		return err
	}
	t.connections = alb.NewLog(output, connectionsKept, nil)
	verifying, err := alb.NewVerify(alb.VerifyConfig{
		Config:     t.listenerConfig("verify"),
		TrustStore: &gateView{service: t.endpoint.TrustStores(), arn: t.description.TrustStoreARN},
	})
	if err != nil {
		return fmt.Errorf("making the verify listener: %w", err)
	}
	passing, err := alb.NewPassthrough(alb.PassthroughConfig{
		Config: t.listenerConfig("passthrough"), Invoke: t.verify.Invoke, TargetGroupARN: targetGroupARN,
	})
	if err != nil {
		return fmt.Errorf("making the passthrough listener: %w", err)
	}
	t.accept("verify listener", verify, verifying)
	t.accept("passthrough listener", passthrough, passing)
	return nil
}

func (t *Twin) accept(name string, listener net.Listener, gate *alb.Listener) {
	t.background(name, func() error { return gate.Serve(listener) }, gate.Shutdown, listener.Close)
}
