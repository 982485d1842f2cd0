package terraform_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/crosswall/crosswall/terraform"
)

// rules is a module of n rules of security groups, 60 to a group, as translations write them.
func rules(n int) terraform.Module {
	var m terraform.Module
	for i := range n {
		sg := fmt.Sprintf("app_%d", i/60)
		if i%60 == 0 {
			m.Resources = append(m.Resources, resource("aws_security_group", sg, body(
				"name_prefix", str(sg+"-"), "vpc_id", ref("var.vpc_id"), "tags", object(values{"Name": str(sg)}))))
		}
		r := resource("aws_vpc_security_group_ingress_rule", fmt.Sprintf("r%d", i), body(
			"security_group_id", ref("aws_security_group."+sg+".id"),
			"description", str(fmt.Sprintf("NetworkPolicy shop/p%d", i)),
			"ip_protocol", str("tcp"), "from_port", num(int64(i%1000)), "to_port", num(int64(i%1000)),
			"cidr_ipv4", str(fmt.Sprintf("10.%d.%d.0/24", i/256%256, i%256))))
		r.Comment = []string{"admitted by a policy"}
		m.Resources = append(m.Resources, r)
	}
	m.Variables = []terraform.Variable{{Name: "vpc_id", Type: "string"}}
	return m
}

// each runs a benchmark for modules of more and more resources. What grows by more than ten times from one
// to the next grows faster than the module.
func each(b *testing.B, run func(*testing.B, terraform.Module)) {
	for _, n := range []int{10, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("resources=%d", n), func(b *testing.B) {
			m := rules(n)
			b.ReportAllocs()
			run(b, m)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/resource")
		})
	}
}

func BenchmarkFiles(b *testing.B) {
	each(b, func(b *testing.B, m terraform.Module) {
		for b.Loop() {
			write(b, m, terraform.HCL)
		}
	})
}

func BenchmarkFilesJSON(b *testing.B) {
	each(b, func(b *testing.B, m terraform.Module) {
		for b.Loop() {
			write(b, m, terraform.JSON)
		}
	})
}

func BenchmarkReadFiles(b *testing.B) {
	each(b, func(b *testing.B, m terraform.Module) {
		files := write(b, m, terraform.HCL)
		for b.Loop() {
			if got, diags, err := terraform.ReadFiles(files); err != nil || len(diags) > 0 || len(got.Resources) != len(m.Resources) {
				b.Fatal(len(got.Resources), diags, err)
			}
		}
	})
}

// BenchmarkModule is the memory that a module takes once it is made.
func BenchmarkModule(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("resources=%d", n), func(b *testing.B) {
			for b.Loop() {
				before := held()
				m := rules(n)
				b.ReportMetric(float64(held()-before)/float64(n), "heldB/resource")
				runtime.KeepAlive(m)
			}
		})
	}
}

// held is the bytes of the heap that are in use.
func held() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
