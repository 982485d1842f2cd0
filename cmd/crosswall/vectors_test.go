package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/terraform/schematest"
)

// What list prints is what two other tools, written by others, work out for their own manifests. Each made
// choices that Kubernetes leaves open; the flags name them.
func TestListAgreesWithVectors(t *testing.T) {
	for _, row := range []struct {
		tool  string
		flags []string
		// refused are cases that an API server would refuse, and so does crosswall.
		refused map[string]string
	}{
		{"netpol", []string{"--ipblock-pods", "never", "--host-network", "as-pods", "--ended-pods", "keep", "--broken", "skip"}, map[string]string{
			"example_pods_w_same_owner_and_labels_gap_with_good_match_expression2": "metadata.name",
			"netpol_named_port_test":   "containerPort",
			"netpol_named_port_test_2": "containerPort",
		}},
		{"cyclonus", nil, nil},
	} {
		t.Run(row.tool, func(t *testing.T) {
			folder := schematest.Shared(t, "vectors", row.tool)
			cases, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			questions, refused := 0, 0
			for i, c := range cases {
				if testing.Short() && i%24 != 0 {
					continue
				}
				dir := filepath.Join(folder, c.Name())
				var out, said bytes.Buffer
				args := append([]string{"list", filepath.Join(dir, "manifests"), "-o", "json", "--self", "--exit-zero"}, row.flags...)
				code := run(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &said})
				if why, ok := row.refused[c.Name()]; ok {
					refused++
					if exitCode(code) != exitInput || !strings.Contains(said.String(), why) {
						t.Errorf("%s: exit code %d, want it refused for %s\n%s", c.Name(), code, why, &said)
					}
					continue
				}
				if code != 0 {
					t.Errorf("%s: exit code %d\n%s", c.Name(), code, &said)
					continue
				}
				questions += compareAnswers(t, c.Name(), filepath.Join(dir, "answers.tsv"), out.Bytes())
			}
			if questions == 0 {
				t.Error("no question was asked")
			}
			t.Logf("%s: %d answers agree, %d cases are refused as an API server would", row.tool, questions, refused)
		})
	}
}

// compareAnswers asks every question of a file of the listing, and returns how many there
// are.
func compareAnswers(t *testing.T, name, file string, listing []byte) int {
	t.Helper()
	var l listJSON
	if err := json.Unmarshal(listing, &l); err != nil {
		t.Fatal(err)
	}
	known := map[string][]connectionJSON{}
	for _, c := range l.Connections {
		known[c.From] = append(known[c.From], c)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	for _, row := range rows {
		q := strings.Split(row, "\t")
		if len(q) != 5 {
			t.Fatalf("%s: %q is no question", file, row)
		}
		holds := func(c connectionJSON) bool { return c.holds(t, q) }
		got := slices.ContainsFunc(known[q[0]], holds)
		if _, err := netip.ParseAddr(q[0]); err == nil {
			got = slices.ContainsFunc(l.Connections, holds)
		}
		if want := q[4] == "yes"; got != want || slices.ContainsFunc(l.Unknown, holds) {
			t.Errorf("%s: %q: listed as %v, unknown %v", name, row, got, slices.ContainsFunc(l.Unknown, holds))
			return len(rows)
		}
	}
	return len(rows)
}

// holds reports whether a question (from, to, protocol, port) is within the connection.
func (c connectionJSON) holds(t *testing.T, q []string) bool {
	t.Helper()
	if !sameEnd(c.From, q[0]) || !sameEnd(c.To, q[1]) {
		return false
	}
	port, err := strconv.ParseUint(q[3], 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Traffic {
		if e.Protocol == model.AnyProtocol.String() || e.Protocol == q[2] && (e.Ports == "" || portsHold(t, e.Ports, uint16(port))) {
			return true
		}
	}
	return false
}

func sameEnd(listed, asked string) bool {
	block, err := netip.ParsePrefix(listed)
	if err != nil {
		return listed == asked
	}
	addr, err := netip.ParseAddr(asked)
	return err == nil && block.Contains(addr)
}

func portsHold(t *testing.T, ports string, port uint16) bool {
	t.Helper()
	for _, r := range strings.Split(ports, ",") {
		first, last, ok := strings.Cut(r, "-")
		if !ok {
			last = first
		}
		lo, err := strconv.ParseUint(first, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		hi, err := strconv.ParseUint(last, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		if uint64(port) >= lo && uint64(port) <= hi {
			return true
		}
	}
	return false
}
