package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// start returns the lines of the section.
func (j *finder) start() []string {
	out := []string{j.cloud.name + ":"}
	if len(j.networks) > 1 {
		out = append(out, "  # not joined: the pods are in several networks, "+oneLine(some(j.networks))+"; read one at a time")
	}
	for _, f := range j.cloud.section {
		if v := j.value(f.name); v != "" && f.form.ok(v) {
			out = append(out, "  "+f.name+": "+scalar(v))
			continue
		}
		out = append(out, "  # "+f.name+": "+Blank+"  # optional: "+f.form.want)
	}
	out = append(out, j.subnetLines()...)
	groups := make([]group, len(j.seats))
	for i, s := range j.seats {
		groups[i] = s.group
	}
	out = append(out, j.cloud.startWorkloads(groups)...)
	for i, s := range j.seats {
		if i == 0 || groups[i-1].namespace != s.namespace {
			out = append(out, "    # Namespace "+oneLine(s.namespace))
		}
		out = append(out, j.entry(s)...)
	}
	return append(out, j.cloud.startPlatform()...)
}

// value returns what was found for a field of the section, "" for nothing.
func (j *finder) value(field string) string {
	switch field {
	case "network":
		if len(j.networks) == 1 {
			return j.networks[0]
		}
	case "region", "location":
		return j.survey.Region
	case "project":
		return j.survey.Project
	case "resourceGroup":
		return j.survey.ResourceGroup
	}
	return ""
}

// subnetLines returns the subnets in which pods are.
func (j *finder) subnetLines() []string {
	used := j.used()
	if len(used) == 0 {
		return []string{"  # not joined: no address of a pod is in a subnet that was read", "  subnets:", "    - name: pods",
			"      cidrs: [" + Blank + "]  # such as 10.0.1.0/24, and the IPv6 block if there is one", "      " + exclusiveLine}
	}
	out := []string{"  subnets:"}
	for _, i := range used {
		n := j.survey.Subnets[i]
		out = append(out, "    - name: "+j.names[strings.ToLower(n.ID)])
		if j.cloud.subnet.ok(n.ID) && n.ID != "" {
			out = append(out, "      id: "+scalar(n.ID))
		} else {
			out = append(out, "      # id: "+Blank+"  # optional: "+j.cloud.subnet.want)
		}
		var blocks []string
		for _, p := range n.Prefixes {
			blocks = append(blocks, scalar(p.String()))
		}
		out = append(out, "      cidrs: ["+strings.Join(blocks, ", ")+"]", "      "+exclusiveLine)
	}
	if rest := len(j.survey.Subnets) - len(used); rest > 0 {
		out = append(out, fmt.Sprintf("    # subnets in which no pod was found: %d", rest))
	}
	return out
}

// entry returns the entry of a group, with what stands at its addresses.
func (j *finder) entry(s seat) []string {
	var comments []string
	if !s.addrs.IsEmpty() {
		at := someAddrs(s.addrs)
		var labels []string
		for _, i := range s.interfaces {
			labels = append(labels, j.survey.Interfaces[i].Label)
		}
		if len(labels) > 0 {
			at += ", at " + some(slices.Compact(labels))
		}
		comments = append(comments, at)
	}
	why := j.missing(s)
	if why != "" {
		comments = append(comments, "not joined: "+why)
	}
	out := s.head("    ", comments...)
	var names []string
	for _, i := range s.subnets {
		names = append(names, j.names[strings.ToLower(j.survey.Subnets[i].ID)])
	}
	if len(names) == 0 || !s.stray.IsEmpty() {
		names = append(names, Blank)
	}
	out = append(out, "      subnets: ["+strings.Join(names, ", ")+"]")
	return append(out, j.identityLines(s)...)
}

// identityLines returns the identity of a group that is its own, and others as comments. An entry has one.
func (j *finder) identityLines(s seat) []string {
	var out []string
	chosen := false
	for _, f := range j.cloud.identity {
		of := func(i providers.Interface) []string { return i.Groups }
		if f.name == "serviceAccount" {
			of = func(i providers.Interface) []string { return i.Accounts }
		}
		m := j.marks(s, of)
		for _, w := range m.alone {
			switch {
			case !f.form.ok(w):
			case !chosen && len(m.alone) == 1:
				chosen = true
				out = append(out, "      "+f.name+": "+scalar(w))
			default:
				out = append(out, "      # "+f.name+": "+scalar(w)+"  # these workloads alone have it too")
			}
		}
		for _, w := range m.shared {
			why := " is on interfaces of others too"
			if j.incomplete {
				why = " may be on interfaces of others too, for not all of them could be read"
			}
			out = append(out, "      # not joined: "+f.name+" "+oneLine(w)+why)
		}
	}
	return out
}

// some returns the first few of words, and how many more there are.
func some(words []string) string {
	const most = 4
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}

// someAddrs returns the first few blocks of a set, addresses as such.
func someAddrs(s model.AddrSet) string {
	var out []string
	for _, p := range s.Prefixes() {
		if p.IsSingleIP() {
			out = append(out, p.Addr().String())
		} else {
			out = append(out, p.String())
		}
	}
	return some(out)
}
