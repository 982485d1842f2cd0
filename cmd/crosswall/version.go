package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  crosswall version\n  crosswall version -o json",
		Args:    cobra.NoArgs,
	}
	output := chooseFlag(cmd, "output", "o", "form of the answer", outputText, outputJSON)
	cmd.RunE = func(*cobra.Command, []string) error {
		v := version()
		if output.value == outputText {
			return s.answer(fmt.Sprintf("crosswall %s (%s, %s)\n", v.Version, v.Revision, v.Go))
		}
		text, err := jsonText(v)
		if err != nil {
			return err
		}
		return s.answer(text)
	}
	return cmd
}

// versionJSON is the answer of version as scripts read it.
type versionJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
}

// version returns what the Go toolchain wrote into the binary.
func version() versionJSON {
	v := versionJSON{Version: "(devel)", Revision: "unknown revision", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Revision = s.Value
		}
	}
	return v
}
