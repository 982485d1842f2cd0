package gcp

import (
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// The outputs of a translation, which tell what the machines of each segment must have.
const (
	tagOutput       = "network_tags"
	accountOutput   = "service_accounts"
	secureTagOutput = "secure_tags"
)

// fillJoins says which marks a machine may have together. It has any number of tags (VPC firewall rules, network tags) and
// runs as one service account (Compute Engine, service accounts: one for an instance).
func (b *populationBuilder) fillJoins() {
	ofSegments := b.segmentMarks()
	for i, p := range b.out.Parties {
		kind, _, _ := strings.Cut(string(p.Groups[0]), ":")
		switch {
		case ofSegments[p.Groups[0]], kind == serviceAccount.word():
			b.out.Parties[i].Joins = providers.JoinsOther
		case kind == networkTag.word(), kind == secureTag.word():
			b.out.Parties[i].Joins = providers.JoinsAny
		}
	}
}

// segmentMarks returns the tags and accounts by which a translation tells its segments apart.
func (b *populationBuilder) segmentMarks() map[model.Group]bool {
	out := map[model.Group]bool{}
	for output, kind := range map[string]identityKind{tagOutput: networkTag, accountOutput: serviceAccount, secureTagOutput: secureTag} {
		for _, values := range providers.SegmentValues(b.module, output) {
			for _, v := range values {
				if name, ok := b.resolve(v).AsString(); ok {
					out[machineID{kind: kind, name: name}.targets()] = true
				} else if ref, ok := v.AsRef(); ok {
					out[machineID{kind: kind, name: ref}.targets()] = true
				}
			}
		}
	}
	return out
}
