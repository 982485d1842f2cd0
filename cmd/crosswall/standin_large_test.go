//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
)

// rulesEach is how many rules a security group has at most (Amazon VPC quotas).
const rulesEach = 60

// How much memory the largest account may take, in MiB: being read into a snapshot, and being compared with one.
const (
	mostSnapshotMemory = 600
	mostDiffMemory     = 820
)

// largeAccount is groups with 60 rules each, half of which name other groups, and four interfaces for each group. Every tenth group is
// on no interface, and no two interfaces have addresses next to each other.
func largeAccount(groups int) *awsstandin.Account {
	a := awsstandin.NewAccount("111122223333")
	a.AddVPC(awsstandin.VPC{ID: "vpc-1", CIDR: "10.0.0.0/8"})
	const subnets = 16
	for i := range subnets {
		a.AddSubnet(awsstandin.Subnet{ID: fmt.Sprintf("subnet-%04d", i), VPC: "vpc-1", CIDR: fmt.Sprintf("10.%d.0.0/16", i)})
	}
	id := func(i int) string { return fmt.Sprintf("sg-9%016d", i%groups) }
	for i := range groups {
		g := &awsstandin.Group{ID: id(i), Name: fmt.Sprintf("group-%05d", i), Description: "one of many", VPC: "vpc-1"}
		for j := range rulesEach {
			r := &awsstandin.Rule{ID: fmt.Sprintf("sgr-%09d%08d", i, j), Egress: j%4 == 3, Protocol: "tcp", From: 1000 + 7*j, To: 1003 + 7*j}
			switch {
			case j == 3: // and the other egress rules say nothing more
				r.Protocol, r.From, r.To, r.CIDR = "-1", -1, -1, "0.0.0.0/0"
			case j%2 == 0:
				r.Group = id(i + j)
			default:
				r.CIDR = fmt.Sprintf("10.%d.%d.0/24", j%subnets, (i*rulesEach+j)%256)
			}
			g.Rules = append(g.Rules, r)
		}
		a.Groups = append(a.Groups, g)
	}
	for i := range 4 * groups {
		a.Interfaces = append(a.Interfaces, &awsstandin.Interface{ID: fmt.Sprintf("eni-9%016d", i), Subnet: fmt.Sprintf("subnet-%04d", i%subnets), VPC: "vpc-1",
			Addrs: []string{fmt.Sprintf("10.%d.%d.%d", i%subnets, i/subnets/120, i/subnets%120*2+4)}, Groups: []string{id(i - i%10/9)}})
	}
	return a
}

// measured runs the command as a process of its own, and returns how many seconds of processor time it took and how many MiB of memory
// it held at most.
func measured(b *testing.B, want int, args ...string) (seconds, memory float64) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := filepath.Join(b.TempDir(), "crosswall")
	if err := os.Symlink(self, command); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(command, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-time.After(10 * time.Millisecond):
			memory = max(memory, residentPeak(cmd.Process.Pid))
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		b.Fatalf("%v: exit code %d: %v\n%.3000s", args, code, err, out.Bytes())
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), memory
}

// residentPeak is the largest resident set that a process has had, in MiB; 0 once it has ended. What is accounted to a process that
// has ended will not do: it counts what the process that started it held by then (Linux, getrusage and execve), which here is the
// stand-in.
func residentPeak(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %g kB", &kib); n == 1 {
			return kib / 1024
		}
	}
	return 0
}

// An account of growing size is read into a snapshot, and compared live with the snapshot after one port was widened.
// Memory is the largest resident set of the command's process.
func BenchmarkStandInLarge(b *testing.B) {
	for _, groups := range []int{500, 1000, 2500, 5000} {
		b.Run(fmt.Sprintf("groups=%d/rules=%d/interfaces=%d", groups, groups*rulesEach, 4*groups), func(b *testing.B) {
			a := largeAccount(groups)
			held := a.Objects()
			serveOn(b, &awsstandin.Server{Holds: func(string, string) awsstandin.Objects { return held }}, awsEnvironment(b))
			for b.Loop() {
				snap := filepath.Join(b.TempDir(), "snap.json")
				took, memory := measured(b, 0, "snapshot", "aws://eu-west-1", "-o", snap)
				b.ReportMetric(took, "snapshot-cpu-s")
				b.ReportMetric(memory, "snapshot-MiB")
				if memory > mostSnapshotMemory {
					b.Errorf("the snapshot took %.0f MiB, want %d at most", memory, mostSnapshotMemory)
				}
				a.Groups[1].Rules[0].To++
				held = a.Objects()
				took, memory = measured(b, 1, "diff", snap, "aws://eu-west-1")
				b.ReportMetric(took, "diff-cpu-s")
				b.ReportMetric(memory, "diff-MiB")
				if memory > mostDiffMemory {
					b.Errorf("the comparison took %.0f MiB, want %d at most", memory, mostDiffMemory)
				}
			}
		})
	}
}
