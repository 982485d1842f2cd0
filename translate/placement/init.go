package placement

import (
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Init returns a commented starting file for the workloads in the clouds:
// names as in --to, of which unknown ones are left out. It places every
// workload in one subnet, and what only people know is left as [Blank]: [Read] refuses it with the
// lines to fill in and no other error, and accepts it when they are filled in.
// The same input gives the same bytes.
func Init(ws []providers.Workload, clouds []string) []byte {
	data, _ := InitFound(ws, clouds, nil)
	return data
}

// InitFound is [Init] for clouds of which it is known what stands where: workloads are placed in the subnets
// in which their pods hold addresses, and get the identity that the interfaces at these addresses have, where that is theirs
// alone. What could not be joined is left as [Blank], with a comment that says why, and is a finding with the
// code "placement-not-joined". The cloud of what was found is added to clouds.
func InitFound(ws []providers.Workload, clouds []string, found *Found) ([]byte, []model.Finding) {
	lines := []string{
		"# Where the workloads live. Fill in every " + Blank + " and adjust the rest;",
		"# docs/placement.md describes every field.",
		"apiVersion: " + Version,
		"kind: " + Kind,
	}
	names := slices.Clone(clouds)
	if found != nil {
		names = append(names, found.Cloud)
	}
	slices.Sort(names)
	var findings []model.Finding
	groups := groupWorkloads(ws)
	for _, name := range slices.Compact(names) {
		if c, ok := cloudNamed(name); ok {
			lines = append(lines, "")
			if found == nil || found.Cloud != name {
				lines = append(lines, c.start(groups)...)
				continue
			}
			j := newFinder(c, *found, groups)
			lines = append(lines, j.start()...)
			findings = append(findings, j.findings()...)
		}
	}
	return []byte(strings.Join(lines, "\n") + "\n"), findings
}

// start returns the lines of a cloud's section.
func (c cloud) start(groups []group) []string {
	out := []string{c.name + ":"}
	for _, f := range c.section {
		out = append(out, "  # "+f.name+": "+Blank+"  # optional: "+f.form.want)
	}
	out = append(out,
		"  subnets:",
		"    - name: pods",
		"      # id: "+Blank+"  # optional: "+c.subnet.want,
		"      cidrs: ["+Blank+"]  # such as 10.0.1.0/24, and the IPv6 block if there is one",
		"      "+exclusiveLine,
	)
	out = append(out, c.startWorkloads(groups)...)
	for i, g := range groups {
		if i == 0 || groups[i-1].namespace != g.namespace {
			out = append(out, "    # Namespace "+oneLine(g.namespace))
		}
		out = append(out, g.lines("    ", "pods")...)
	}
	return append(out, c.startPlatform()...)
}

const exclusiveLine = "exclusive: false  # true if nothing but the workloads below holds addresses here"

// startWorkloads returns the lines before the entries.
func (c cloud) startWorkloads(groups []group) []string {
	out := []string{"  # The first entry that matches a workload places it. Optional in every entry: addresses,",
		"  # ephemeral (linux, windows, any or a range)" + c.identityHint() + "."}
	if len(groups) == 0 {
		return append(out, "  workloads: []")
	}
	return append(out, "  workloads:")
}

func (c cloud) identityHint() string {
	var names []string
	for _, f := range c.identity {
		names = append(names, f.name)
	}
	return " and, for an existing one, " + strings.Join(names, " or ")
}

func (c cloud) startPlatform() []string {
	out := []string{
		"  # What the cluster needs to work, whatever the policies say. Remove what follows if the",
		"  # workloads do not run on a managed cluster; an empty list says that there are none.",
		"  platform:",
	}
	for _, p := range presets() {
		if p.cloud == c.name {
			out = append(out, "    presets: ["+p.name+"]")
		}
	}
	for _, name := range paramNames() {
		out = append(out, "    "+paramExample(name))
	}
	return out
}
