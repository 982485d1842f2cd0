//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	awsstandin "github.com/crosswall/crosswall/providers/aws/live/standin"
)

// rulesEach is how many rules a security group has at most (Amazon VPC quotas).
const rulesEach = 60

// largeAccount is groups with 60 rules each, half of which name other groups, and four interfaces for each group.
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
			Addrs: []string{fmt.Sprintf("10.%d.%d.%d", i%subnets, i/subnets/250, i/subnets%250+4)}, Groups: []string{id(i)}})
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
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != want {
		b.Fatalf("%v: exit code %d: %v\n%.3000s", args, code, err, out)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		b.Fatal("no resource usage")
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), float64(usage.Maxrss) / 1024
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
				a.Groups[1].Rules[0].To++
				held = a.Objects()
				took, memory = measured(b, 1, "diff", snap, "aws://eu-west-1")
				b.ReportMetric(took, "diff-cpu-s")
				b.ReportMetric(memory, "diff-MiB")
			}
		})
	}
}
