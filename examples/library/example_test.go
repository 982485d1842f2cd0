package library_test

import (
	"fmt"
	"log"
	"os"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers/aws"
	"github.com/crosswall/crosswall/translate"
	"github.com/crosswall/crosswall/translate/kubernetes"
	"github.com/crosswall/crosswall/translate/placement"
)

// Reads manifests and a placement, writes Terraform for AWS, and looks at the
// proof.
func Example() {
	const folder = "../shop"
	in, findings, err := kubernetes.Reader{}.Read(os.DirFS(folder))
	if err != nil {
		log.Fatal(err) // I/O; what is wrong with the manifests is among the findings
	}
	data, err := os.ReadFile(folder + "/placement.yaml")
	if err != nil {
		log.Fatal(err)
	}
	place, more := placement.Read("placement.yaml", data)
	findings = append(findings, more...)
	site, more := place.Site("aws", in.Workloads)
	findings = append(findings, more...)
	if model.WorstSeverity(findings) == model.Error {
		log.Fatal(findings)
	}

	result := translate.To(aws.New(aws.Options{}), in, site, translate.Options{})
	fmt.Println("verdict:", result.Verdict, "- refused:", result.Refused, "- findings to read:", len(findings) > 0)
	for _, loss := range result.Losses {
		fmt.Println(loss.Grade, loss.Summary, loss.Example)
	}
	for _, s := range result.Segments {
		fmt.Println("segment", s.ID)
	}
	// result.Files is what to write.

	// Output:
	// verdict: exact - refused: false - findings to read: true
	// segment kube-system-coredns
	// segment shop-backend
	// segment shop-database
	// segment shop-frontend
}
