package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// pluginName is the name of the program where kubectl finds it as its plugin "crosswall"
// (https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/).
const pluginName = "kubectl-crosswall"

// isPlugin reports whether a program was started under the plugin's name.
func isPlugin(program string) bool {
	return strings.TrimSuffix(filepath.Base(program), ".exe") == pluginName
}

// asPlugin makes usage and examples say what people type who use the plugin.
func asPlugin(root *cobra.Command) {
	const typed = "kubectl crosswall"
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: typed}
	for _, c := range append(allCommands(root), root) {
		c.Example = strings.ReplaceAll("\n"+c.Example, "\n  crosswall ", "\n  "+typed+" ")[1:]
	}
}

// allCommands returns the commands below a command.
func allCommands(c *cobra.Command) []*cobra.Command {
	var out []*cobra.Command
	for _, sub := range c.Commands() {
		out = append(append(out, sub), allCommands(sub)...)
	}
	return out
}
