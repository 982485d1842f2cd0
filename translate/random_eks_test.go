package translate_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// bindingFile holds the manifests that put pods into security groups on EKS.
const bindingFile = "security-group-policies.yaml"

// securityGroupPolicy is the part of a SecurityGroupPolicy that counts
// (vpcresources.k8s.aws/v1beta1).
type securityGroupPolicy struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		PodSelector    *metav1.LabelSelector
		SecurityGroups struct{ GroupIds []string }
	}
}

// bound tells the groups that EKS gives each pod: those of every
// SecurityGroupPolicy of its namespace that selects it (EKS user guide, "Security groups for
// pods"). The placeholders of the manifests stand for the module's output.
func (t *trial) bound(output map[string][]string) (func(*pod) []string, error) {
	var policies []securityGroupPolicy
	for _, f := range t.result.Output.Files {
		if f.Name != bindingFile {
			continue
		}
		for _, doc := range strings.Split(string(f.Data), "\n---\n") {
			var p securityGroupPolicy
			if err := yaml.Unmarshal([]byte(doc), &p); err != nil {
				return nil, fmt.Errorf("%s: %w", bindingFile, err)
			}
			if p.Kind == "SecurityGroupPolicy" {
				policies = append(policies, p)
			}
		}
	}
	of := map[*pod][]string{}
	for _, q := range t.cluster.pods() {
		for _, p := range policies {
			if p.Metadata.Namespace != q.namespace || p.Spec.PodSelector == nil || !labelsMatch(*p.Spec.PodSelector, q.labels) {
				continue
			}
			for _, id := range p.Spec.SecurityGroups.GroupIds {
				of[q] = append(of[q], fill(id, output)...)
			}
		}
		if of[q] == nil {
			return nil, fmt.Errorf("no SecurityGroupPolicy selects %s", q.id())
		}
		slices.Sort(of[q])
		of[q] = slices.Compact(of[q])
	}
	return func(q *pod) []string { return of[q] }, nil
}

// fill replaces a placeholder by what the outputs have for the segment: ${SG_x} is its first group,
// ${SG2_x} the second.
func fill(id string, output map[string][]string) []string {
	number, name, ok := strings.Cut(strings.TrimPrefix(id, "${SG"), "_")
	if !ok || !strings.HasPrefix(id, "${SG") {
		return []string{id}
	}
	at := 0
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil {
			return []string{id}
		}
		at = n - 1
	}
	for segment, groups := range output {
		if strings.ReplaceAll(segment, "-", "_")+"}" == name && at < len(groups) {
			return groups[at : at+1]
		}
	}
	return []string{id}
}
