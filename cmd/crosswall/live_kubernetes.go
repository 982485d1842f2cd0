package main

import (
	"context"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/translate/kubernetes"
	kubelive "github.com/crosswall/crosswall/translate/kubernetes/live"
)

// isCluster reports whether a source is a Kubernetes cluster.
func isCluster(source string) bool { return strings.HasPrefix(source, kubelive.Scheme) }

// clusters reads those of the paths that are clusters, each once for a command. Sources that are read
// afterwards are read as the clusters' network plugin would.
func (o *sourceOptions) clusters(ctx context.Context, s *streams, paths []string) ([]kubelive.Cluster, error) {
	var out []kubelive.Cluster
	for _, p := range paths {
		if !isCluster(p) {
			continue
		}
		c, ok := o.known[p]
		if !ok {
			var err error
			if c, err = readCluster(ctx, s, p); err != nil {
				return nil, err
			}
			if o.known == nil {
				o.known = map[string]kubelive.Cluster{}
			}
			o.known[p] = c
		}
		out = append(out, c)
	}
	return out, nil
}

func readCluster(ctx context.Context, s *streams, source string) (kubelive.Cluster, error) {
	options, err := kubelive.Parse(source)
	if err != nil {
		return kubelive.Cluster{}, badInput("%w", err)
	}
	options.Progress = func(kind string, objects int) { s.progress("reading %s: %d %s", source, objects, kind) }
	c, err := kubelive.Read(ctx, options)
	s.progressDone()
	switch {
	case ctx.Err() != nil:
		return c, badInput("interrupted")
	case err != nil:
		return c, badInput("%w", err)
	}
	return c, nil
}

// asIn makes a reader read as the network plugins of clusters would, as far as the user has not chosen: of those clusters that are
// read, or for manifests, of all that the command reads.
func (o *sourceOptions) asIn(r kubernetes.Reader, clusters []kubelive.Cluster) kubernetes.Reader {
	for _, c := range clusters {
		r.Options.Unread = append(r.Options.Unread, c.Unread...)
	}
	if len(clusters) == 0 {
		for _, c := range o.known {
			clusters = append(clusters, c)
		}
	}
	outside := func(c kubelive.Cluster) bool { return c.Plugin.OutsideOnly }
	if !o.ipBlocks.given && len(clusters) > 0 && !slices.ContainsFunc(clusters, func(c kubelive.Cluster) bool { return !outside(c) }) {
		r.Options.IPBlocks = kubernetes.IPBlocksMatchOutside
	}
	return r
}

// notInForce are the codes of findings about a cluster that does something else than its policies say.
var notInForce = [...]string{kubelive.CodeNotEnforced, kubelive.CodeDefaultDeny}

// notInForceIn reports whether a finding says so.
func notInForceIn(findings []model.Finding) bool {
	return slices.ContainsFunc(findings, func(f model.Finding) bool { return slices.Contains(notInForce[:], f.Code) })
}
