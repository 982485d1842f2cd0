package main

import (
	"strings"

	"github.com/crosswall/crosswall/model"
)

// listJSON is the answer of list as scripts read it. Fields may be added, never
// changed.
type listJSON struct {
	Version     int              `json:"version"`
	View        view             `json:"view"`
	Workloads   []model.Identity `json:"workloads"`
	Connections []connectionJSON `json:"connections"`
	// Unknown connections pass or not, depending on what could not be resolved.
	Unknown  []connectionJSON `json:"unknown"`
	Findings []findingJSON    `json:"findings"`
}

// connectionJSON is traffic between two ends, each a workload or a CIDR block.
type connectionJSON struct {
	From string `json:"from"`
	To   string `json:"to"`
	// FromAddresses and ToAddresses are those at which a group is meant; absent: at all of its own.
	FromAddresses string `json:"fromAddresses,omitempty"`
	ToAddresses   string `json:"toAddresses,omitempty"`
	// Family is IPv4 or IPv6 where groups have both and one only is meant.
	Family  string         `json:"family,omitempty"`
	Traffic []trafficEntry `json:"traffic"`
	Replies replies        `json:"replies,omitempty"`
}

// json returns the connectivity for scripts.
func (c connectivity) json(v view, fs []model.Finding) listJSON {
	workloads := c.workloads
	if workloads == nil {
		workloads = []model.Identity{}
	}
	return listJSON{
		Version:     1,
		View:        v,
		Workloads:   workloads,
		Connections: connectionsJSON(c.known),
		Unknown:     connectionsJSON(c.unknown),
		Findings:    findingsJSON(fs),
	}
}

// connectionsJSON writes the outside block by block. Any two blocks of the
// answer are the same or have no address in common.
func connectionsJSON(cs []connection) []connectionJSON {
	var blocks []connection
	for _, c := range cs {
		for _, from := range c.from.blocks() {
			for _, to := range c.to.blocks() {
				c.from, c.to = from, to
				blocks = append(blocks, c)
			}
		}
	}
	sortConnections(blocks)
	out := make([]connectionJSON, len(blocks))
	for i, c := range blocks {
		out[i] = connectionJSON{From: c.from.String(), To: c.to.String(), FromAddresses: atText(c.fromAt), ToAddresses: atText(c.toAt),
			Family: c.family, Traffic: c.spelt().entries, Replies: c.replies}
	}
	return out
}

// blocks returns the workload, or the fewest blocks that make up the
// addresses.
func (e end) blocks() []end {
	if e.id != model.Outside {
		return []end{e}
	}
	var out []end
	for _, b := range e.addrs.Prefixes() {
		out = append(out, end{addrs: model.Prefixes(b)})
	}
	return out
}

// String names the end for people.
func (e end) String() string {
	if e.id != model.Outside {
		return string(e.id)
	}
	return rangeText(e.addrs)
}

// atText names the addresses at which a party is meant; "" for all that it holds.
func atText(a model.AddrSet) string {
	if a.IsEmpty() {
		return ""
	}
	return a.String()
}

// text returns the connectivity for people.
func (c connectivity) text(v view) string {
	var b strings.Builder
	if len(c.known) == 0 {
		b.WriteString("no connection is admitted\n")
	} else {
		b.WriteString(connectionTable(c.known, v))
	}
	if len(c.unknown) > 0 {
		b.WriteString("\nunknown, depending on what could not be resolved:\n")
		b.WriteString(connectionTable(c.unknown, viewSpec))
	}
	return b.String()
}

// connectionTable lists connections, outside addresses with the same traffic on one
// line.
func connectionTable(cs []connection, v view) string {
	head := []string{"FROM", "TO", "TRAFFIC"}
	if v == viewStateless {
		head = append(head, "REPLIES")
	}
	rows := [][]string{head}
	for _, c := range joinOutside(cs) {
		row := []string{c.from.String(), c.to.String(), c.text()}
		if v == viewStateless {
			row = append(row, string(c.replies))
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// joinOutside joins connections of one workload that differ in outside addresses alone.
func joinOutside(cs []connection) []connection {
	type who struct {
		from, to model.Identity
		traffic  string
		replies  replies
	}
	at := map[who]int{}
	var out []connection
	for _, c := range cs {
		k := who{c.from.id, c.to.id, c.text(), c.replies}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, c)
			continue
		}
		if c.from.id == model.Outside {
			out[i].from.addrs = out[i].from.addrs.Union(c.from.addrs)
		}
		if c.to.id == model.Outside {
			out[i].to.addrs = out[i].to.addrs.Union(c.to.addrs)
		}
	}
	return out
}
