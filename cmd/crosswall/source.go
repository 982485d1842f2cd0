package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
	kubelive "github.com/crosswall/crosswall/translate/kubernetes/live"
)

// sourceOptions say how sources are read: what Kubernetes and its plugins leave open.
type sourceOptions struct {
	namespace string
	verbose   bool

	ipBlocks, hostNetwork, labels, cidrs, ended, broken *choice

	// known are the clusters that the command has read, by source.
	known map[string]kubelive.Cluster
}

// addSourceFlags adds the flags that every command with a SOURCE has. The
// first word of each choice is the default.
func addSourceFlags(cmd *cobra.Command) *sourceOptions {
	o := &sourceOptions{}
	cmd.Flags().StringVarP(&o.namespace, "namespace", "n", "", `namespace of objects that name none (default "default")`)
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "show notes, not only warnings and errors")
	o.ipBlocks = chooseFlag(cmd, "ipblock-pods", "", "whether an ipBlock matches pods by their address; CNIs differ", "by-address", "never")
	o.hostNetwork = chooseFlag(cmd, "host-network", "", "whether pods on their node's network are left out, or taken as pods", "exclude", "as-pods")
	o.labels = chooseFlag(cmd, "namespace-labels", "", "labels of a namespace whose object is not given, besides its name", "unknown", "none")
	o.cidrs = chooseFlag(cmd, "cidrs", "", "refuse CIDRs with host bits as API servers do since 1.36, or mask them", "strict", "lax")
	o.ended = chooseFlag(cmd, "ended-pods", "", "whether pods that have ended are left out, or taken as running", "drop", "keep")
	o.broken = chooseFlag(cmd, "broken", "", "refuse documents that are no YAML or JSON, or leave them out (exit code 3)", "refuse", "skip")
	return o
}

// reader returns a reader with the choices, defaults left as they are.
func (o *sourceOptions) reader() kubernetes.Reader {
	options := kubernetes.Options{Namespace: o.namespace}
	if o.ipBlocks.isSet() {
		options.IPBlocks = kubernetes.IPBlocksMatchOutside
	}
	if o.hostNetwork.isSet() {
		options.HostNetwork = kubernetes.HostNetworkAsPods
	}
	if o.labels.isSet() {
		options.Namespaces = kubernetes.MissingLabelsNone
	}
	if o.cidrs.isSet() {
		options.CIDRs = kubernetes.LaxCIDRs
	}
	if o.ended.isSet() {
		options.Ended = kubernetes.EndedKept
	}
	if o.broken.isSet() {
		options.Broken = kubernetes.BrokenSkipped
	}
	return kubernetes.Reader{Options: options}
}

// material is what was read from the sources.
type material struct {
	translate.Input
	findings []model.Finding
	// placements are the placement files among the sources.
	placements []kubernetes.File
	// files are the manifests, as they were read.
	files []kubernetes.File
	// parties is nil for manifests.
	parties *parties
}

// code returns exitIncomplete when the input holds something that may change
// every answer about it, or when a cluster does something else than its policies say.
func (m material) code() exitCode {
	if notInForceIn(m.findings) || m.parties != nil && m.parties.incomplete {
		return exitIncomplete
	}
	return m.wordCode()
}

// wordCode returns exitIncomplete when the input holds something that may change what the policies say.
func (m material) wordCode() exitCode {
	if leavesOut(m.findings) {
		return exitIncomplete
	}
	return exitClean
}

// read reads the sources at paths. Bad input has been reported on stderr when
// it returns an error.
func (o *sourceOptions) read(ctx context.Context, s *streams, paths []string) (material, error) {
	for _, p := range paths {
		if err := supported(p); err != nil {
			return material{}, err
		}
	}
	s.progress("reading %s", strings.Join(paths, ", "))
	defer s.progressDone()
	clusters, err := o.clusters(ctx, s, paths)
	if err != nil {
		return material{}, err
	}
	reader := o.asIn(o.reader(), clusters)
	files, findings, err := reader.Load(slices.DeleteFunc(slices.Clone(paths), isCluster), s.in)
	if err != nil {
		return material{}, badInput("%w", err)
	}
	if err := ctx.Err(); err != nil {
		return material{}, badInput("interrupted")
	}
	m := material{findings: findings}
	files = slices.DeleteFunc(files, func(f kubernetes.File) bool {
		if isPlacement(f.Data) {
			m.placements = append(m.placements, f)
			return true
		}
		return !f.Named && isOutput(f.Name)
	})
	for _, c := range clusters {
		files, m.findings = append(files, c.Files...), append(m.findings, c.Findings...)
	}
	if len(files) == 0 && len(findings) == 0 {
		return material{}, nothingToRead(paths)
	}
	in, more := reader.ReadFiles(files)
	m.Input, m.files = in, files
	m.findings = model.SortFindings(append(m.findings, more...))
	s.progressDone()
	s.tell(m.findings, o.verbose)
	if model.WorstSeverity(m.findings) == model.Error {
		return material{}, outcome{code: exitInput}
	}
	if len(m.Workloads) == 0 {
		fmt.Fprintln(s.err, "no workload found: there is nothing that a policy could be about")
	}
	return m, nil
}

// scheme matches the start of a live source.
var scheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://`)

// supported refuses sources that cannot be read, by their name alone.
func supported(p string) error {
	const kinds = "give Kubernetes manifests: a file, a folder, or - for standard input"
	if isCluster(p) {
		return nil
	}
	if scheme.MatchString(p) {
		return badInput("%s: what a live account holds is no policy of workloads; %s", p, kinds)
	}
	switch filepath.Ext(p) {
	case ".tf", ".tfstate", ".tfplan", ".hcl":
		return badInput("%s: Terraform is no policy of workloads; %s", p, kinds)
	}
	return nil
}

// nothingToRead says why sources hold no file that counts.
func nothingToRead(paths []string) error {
	for _, p := range paths {
		found, err := filepath.Glob(filepath.Join(p, "*.tf"))
		if err == nil && len(found) > 0 {
			return badInput("%s holds Terraform, which is no policy of workloads; give Kubernetes manifests", p)
		}
	}
	return badInput("%s: no file that ends in .yaml, .yml or .json", strings.Join(paths, ", "))
}

// isOutput reports whether a file met in a folder is of an earlier translation.
func isOutput(name string) bool {
	_, err := os.Stat(filepath.Join(filepath.Dir(filepath.FromSlash(name)), manifestName))
	return err == nil
}

// placementHead matches the field that makes a file a placement, in YAML and in JSON.
var placementHead = regexp.MustCompile(`(?m)^[{\s]*"?apiVersion"?\s*:\s*["']?crosswall\.dev/v`)

// isPlacement reports whether a file is a placement.
func isPlacement(data []byte) bool { return placementHead.Match(data) }
