package translate_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/providers/azure"
	"github.com/crosswall/crosswall/providers/gcp"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
)

// largestFlag bounds the benchmarks, whose clusters grow by steps:
//
//	go test ./translate -run xxx -bench . -benchtime 1x -largest 3000
var largestFlag = flag.Int("largest", 300, "the most workloads of a benchmark's cluster")

func sizes() []int {
	var out []int
	for _, n := range []int{10, 100, 300, 1000, 3000} {
		if n <= *largestFlag {
			out = append(out, n)
		}
	}
	return out
}

// synthetic is a sort of synthetic cluster: n workloads under n policies in 50 namespaces.
type synthetic struct {
	name string
	// blocks: a quarter of the policies name a block of addresses each, which no other names.
	blocks bool
	// sealed: every workload is isolated in both directions. Otherwise only for ingress.
	sealed bool
	// placed: the workloads live in ten subnets, at addresses of their own.
	placed bool
}

func synthetics() []synthetic {
	return []synthetic{{name: "labels"}, {name: "blocks", blocks: true}, {name: "sealed", blocks: true, sealed: true},
		{name: "placed", blocks: true, placed: true}}
}

const namespaces = 50

func (k synthetic) manifests(n int) string {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	for i := range namespaces {
		fmt.Fprintf(&b, "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns%d, labels: {team: t%d}}\n---\n", i, i%7)
	}
	for i := range n {
		fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w%d, namespace: ns%d}\nspec:\n  replicas: %d\n  selector: {matchLabels: {app: w%d}}\n"+
			"  template:\n    metadata: {labels: {app: w%d}}\n    spec: {containers: [{name: main, image: x}]}\n---\n", i, i%namespaces, 1+i%2, i, i)
	}
	for i := range n {
		peers := []string{
			fmt.Sprintf("podSelector: {matchLabels: {app: w%d}}", (i+namespaces)%n),
			fmt.Sprintf("namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ns%d}}", rng.IntN(namespaces)),
			fmt.Sprintf("namespaceSelector: {matchLabels: {team: t%d}}", i%7),
			fmt.Sprintf("ipBlock: {cidr: 10.%d.%d.0/24}", i%256, i/256),
		}
		if !k.blocks {
			peers = peers[:3]
		}
		fmt.Fprintf(&b, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%d, namespace: ns%d}\nspec:\n"+
			"  podSelector: {matchLabels: {app: w%d}}\n  ingress:\n    - from: [{%s}]\n      ports: [{port: %d}]\n",
			i, i%namespaces, i, peers[rng.IntN(len(peers))], 80+i%10)
		if k.sealed {
			fmt.Fprintf(&b, "  policyTypes: [Ingress, Egress]\n  egress:\n    - to: [{%s}]\n      ports: [{port: %d}]\n", peers[rng.IntN(len(peers))], 80+i%10)
		}
		b.WriteString("---\n")
	}
	return b.String()
}

// placement puts every workload in one of ten subnets, at 16 addresses of its own.
func (k synthetic) placement(cloud string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: crosswall.dev/v1alpha1\nkind: Placement\n%s:\n", cloud)
	switch cloud {
	case "aws":
		b.WriteString("  region: eu-west-1\n  network: vpc-0a1b2c3d4e5f60718\n")
	case "gcp":
		b.WriteString("  project: bench\n  network: bench\n")
	case "azure":
		b.WriteString("  resourceGroup: bench\n  location: westeurope\n")
	}
	b.WriteString("  subnets:\n")
	for i := range 10 {
		id := fmt.Sprintf("id: subnet-%017d, ", i)
		switch cloud {
		case "gcp":
			id = ""
		case "azure":
			id = fmt.Sprintf("id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/bench/providers/Microsoft.Network/virtualNetworks/bench/subnets/s%d, ", i)
		}
		fmt.Fprintf(&b, "    - {name: s%[1]d, %[2]scidrs: [172.%[3]d.0.0/16], exclusive: true}\n", i, id, 16+i)
	}
	b.WriteString("  workloads:\n")
	for i := range n {
		fmt.Fprintf(&b, "    - {namespace: ns%d, podSelector: {matchLabels: {app: w%d}}, subnets: [s%d], addresses: [172.%d.%d.%d/28]}\n",
			i%namespaces, i, i%10, 16+i%10, i/160, i/10%16*16)
	}
	return b.String()
}

func (k synthetic) read(b *testing.B, n int) translate.Input {
	b.Helper()
	in, findings := kubernetes.Reader{}.ReadFiles([]kubernetes.File{{Name: "cluster.yaml", Data: []byte(k.manifests(n)), Named: true}})
	if err := worst("the manifests", findings); err != nil {
		b.Fatal(err)
	}
	return in
}

func (k synthetic) site(b *testing.B, cloud string, n int, in translate.Input) providers.Site {
	b.Helper()
	if !k.placed {
		return providers.Site{}
	}
	p, findings := placement.Read("placement.yaml", []byte(k.placement(cloud, n)))
	if err := worst("the placement", findings); err != nil {
		b.Fatal(err)
	}
	site, findings := p.Site(cloud, in.Workloads)
	if err := worst("the placement", findings); err != nil {
		b.Fatal(err)
	}
	return site
}

func BenchmarkTranslate(b *testing.B) {
	for _, k := range synthetics() {
		for _, p := range []providers.Provider{aws.New(aws.Options{}), gcp.New(gcp.Options{}), azure.New(azure.Options{})} {
			for _, n := range sizes() {
				b.Run(fmt.Sprintf("%s/%s/workloads=%d", k.name, p.Name(), n), func(b *testing.B) {
					in := k.read(b, n)
					site := k.site(b, p.Name(), n, in)
					b.ReportAllocs()
					for b.Loop() {
						if r := translate.To(p, in, site, translate.Options{AllowWider: true}); len(r.Segments) == 0 {
							b.Fatal("no segments")
						}
					}
				})
			}
		}
	}
}

// BenchmarkProof is the comparison alone, of what was asked for with what was written.
func BenchmarkProof(b *testing.B) {
	for _, k := range synthetics() {
		for _, p := range []providers.Provider{aws.New(aws.Options{}), gcp.New(gcp.Options{}), azure.New(azure.Options{})} {
			for _, n := range sizes() {
				b.Run(fmt.Sprintf("%s/%s/workloads=%d", k.name, p.Name(), n), func(b *testing.B) {
					in := k.read(b, n)
					r := translate.To(p, in, k.site(b, p.Name(), n, in), translate.Options{AllowWider: true})
					if len(r.Decoded.Layers) == 0 {
						b.Skip(refusal(r))
					}
					b.ReportAllocs()
					for b.Loop() {
						model.Compare(r.Wanted, r.Decoded, r.Inventory)
					}
				})
			}
		}
	}
}

// BenchmarkCompare is two readings of a cluster that are the same, or differ in one policy.
func BenchmarkCompare(b *testing.B) {
	for _, k := range synthetics()[:3] {
		for _, n := range sizes() {
			for _, changed := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/changed=%t/workloads=%d", k.name, changed, n), func(b *testing.B) {
					want, have := k.read(b, n), k.read(b, n)
					if changed {
						for _, c := range have.Policy.Layers[0].Ingress {
							r := &c.Rules[len(c.Rules)/2]
							r.Peer, r.Traffic = nil, model.Traffic{model.Ports(model.TCP, 9999, 9999)}
						}
					}
					b.ReportAllocs()
					for b.Loop() {
						if model.Compare(want.Policy, have.Policy, want.Inventory).Equal() == changed {
							b.Fatal("wrong answer")
						}
					}
				})
			}
		}
	}
}
