package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/settings"
)

// serveFlags are the command line of "sekisho serve".
type serveFlags struct {
	listen, config, upstream string
	status                   string
	trusted                  []string
}

func serveCommand() *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve --listen ADDRESS --config FILE",
		Short: "Run the verifier as a server of its own",
		Long:  serveHelp,
		Example: `  sekisho serve --listen 127.0.0.1:9000 --config verifier.json --upstream http://127.0.0.1:8080
  sekisho serve --listen :9000 --trusted-proxy 10.0.3.0/24 --config verifier.json`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := flags.server(cmd.Context(), cmd.OutOrStdout())
			if err != nil {
				return err
			}
			return server.run(cmd.Context())
		},
	}
	set := cmd.Flags()
	set.StringVar(&flags.listen, "listen", "", "`address` to listen on, such as 127.0.0.1:9000")
	set.StringVar(&flags.config, "config", "", "`file` with the configuration")
	set.StringVar(&flags.upstream, "upstream", "", "`URL` to which accepted requests are passed on, in place of the configuration's")
	set.StringArrayVar(&flags.trusted, "trusted-proxy", nil, "`network` whose proxies are answered, such as 10.0.3.0/24 (repeatable)")
	set.StringVar(&flags.status, "status", "", "`address` on loopback for a status page, such as 127.0.0.1:9001")
	return cmd
}

// server wires everything, and listens. It writes its log to out.
func (f serveFlags) server(ctx context.Context, out io.Writer) (*proxyServer, error) {
	if f.listen == "" || f.config == "" {
		return nil, &usageError{errors.New("want --listen and --config")}
	}
	peers, err := parsePeers(f.listen, f.trusted)
	if err != nil {
		return nil, &usageError{err}
	}
	config, err := f.settings()
	if err != nil {
		return nil, err
	}
	page, err := openStatus(ctx, f.status, "sekisho serve, "+f.config)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewJSONHandler(page.along(out), nil))
	handler, err := newServeHandler(ctx, config, f.config, log, page)
	if err != nil {
		page.close()
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.listen)
	if err != nil {
		page.close()
		return nil, fmt.Errorf("listening: %w", err)
	}
	return &proxyServer{listener: peers.guard(listener, log), server: newHTTPServer(handler, log), log: log, page: page}, nil
}

// settings reads the configuration.
func (f serveFlags) settings() (settings.Server, error) {
	text, err := os.ReadFile(f.config)
	if err != nil {
		return settings.Server{}, &usageError{fmt.Errorf("reading the configuration: %w", err)}
	}
	config, err := settings.ParseServer(text)
	if err != nil {
		return settings.Server{}, fmt.Errorf("reading the configuration %s:\n%w", f.config, err)
	}
	if f.upstream != "" {
		config.Gate.Upstream = f.upstream
	}
	return config, nil
}

// newServeHandler is the verifier with its two ways to be asked.
func newServeHandler(ctx context.Context, config settings.Server, name string, log *slog.Logger, page *serveStatus) (http.Handler, error) {
	verifier, err := newVerifier(config, name, log, page)
	if err != nil {
		return nil, err
	}
	original, err := gate.OriginalOf(string(config.Proxy))
	if err != nil {
		return nil, err
	}
	var others http.Handler = verifier
	if config.Gate.Upstream != "" {
		others, err = verifier.Upstream(gate.UpstreamOptions{URL: config.Gate.Upstream})
		if err != nil {
			return nil, err
		}
	}
	err = verifier.Load(ctx)
	if err != nil {
		log.Warn("starting without a snapshot: requests get 503 until there is one", "error", err.Error())
	}
	return withOrigin(authPath(verifier.SubRequests(original), others)), nil
}
