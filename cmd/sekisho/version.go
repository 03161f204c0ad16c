package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/release"
)

// commit is set by the linker ("make build"), for this command alone: programs
// that are deployed must be the same whenever their code is, whatever else
// changed around it.
var commit string

// buildFacts say which program this is.
type buildFacts struct {
	Version string `json:"version"`
	// Commit is empty when nobody knows it; "-dirty" marks one with changes.
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func build() buildFacts {
	facts := buildFacts{Version: release.Version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok && facts.Commit == "" {
		facts.Commit = commitOf(info.Settings)
	}
	return facts
}

// commitOf is what a plain "go build" in a clone knows.
func commitOf(settings []debug.BuildSetting) string {
	known := map[string]string{}
	for _, setting := range settings {
		known[setting.Key] = setting.Value
	}
	revision := known["vcs.revision"]
	if revision != "" && known["vcs.modified"] == "true" {
		revision += "-dirty"
	}
	return revision
}

func (b buildFacts) String() string {
	from := "commit " + b.Commit
	if b.Commit == "" {
		from = "commit not known"
	}
	return fmt.Sprintf("sekisho %s (%s), %s, %s", b.Version, from, b.Go, b.Platform)
}

func versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say which release and which commit this is",
		Example: `  sekisho version --json`,
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(build())
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), build())
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}
