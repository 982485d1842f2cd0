package kubernetes

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/crosswall/crosswall/model"
)

// fieldsOf returns the JSON names of the fields of an API type.
func fieldsOf(of any) []string {
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// TestNoFieldOfTheAPIIsMisspelt gives every field of the types that are read in part, each with
// the value null: none may be taken for a slip of the pen.
func TestNoFieldOfTheAPIIsMisspelt(t *testing.T) {
	nulls := func(of any, given ...string) string {
		var out []string
		for _, f := range fieldsOf(of) {
			if !slices.ContainsFunc(given, func(g string) bool { return strings.HasPrefix(g, f+":") }) {
				out = append(out, f+": null")
			}
		}
		return "{" + strings.Join(append(given, out...), ", ") + "}"
	}
	container := nulls(corev1.Container{}, "name: c", "ports: ["+nulls(corev1.ContainerPort{}, "containerPort: 80")+"]")
	pod := nulls(corev1.PodSpec{}, "containers: ["+container+"]", "initContainers: ["+container+"]")
	meta := nulls(metav1.ObjectMeta{}, "name: a")
	template := "template: " + nulls(corev1.PodTemplateSpec{}, "metadata: "+nulls(metav1.ObjectMeta{}), "spec: "+pod)
	job := nulls(batchv1.JobSpec{}, template)
	for kind, spec := range map[string]string{
		"v1 Pod":                   pod,
		"v1 ReplicationController": nulls(corev1.ReplicationControllerSpec{}, template),
		"apps/v1 Deployment":       nulls(appsv1.DeploymentSpec{}, template),
		"apps/v1 ReplicaSet":       nulls(appsv1.ReplicaSetSpec{}, template),
		"apps/v1 StatefulSet":      nulls(appsv1.StatefulSetSpec{}, template),
		"apps/v1 DaemonSet":        nulls(appsv1.DaemonSetSpec{}, template),
		"batch/v1 Job":             job,
		"batch/v1 CronJob":         nulls(batchv1.CronJobSpec{}, "jobTemplate: "+nulls(batchv1.JobTemplateSpec{}, "spec: "+job)),
	} {
		apiVersion, kind, _ := strings.Cut(kind, " ")
		text := "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: " + meta + "\nspec: " + spec + "\nstatus: null\n"
		if _, findings := readText(Options{}, text); model.WorstSeverity(findings) == model.Error {
			t.Errorf("%s: %s", kind, findings[0])
		}
	}
}

// TestMisspelt holds fields that would change the answer if they were read, and are written
// wrong, which API servers refuse where validation is strict: each is an error with the right word.
func TestMisspelt(t *testing.T) {
	deployment := func(s string) string { return manifest("apps/v1", "Deployment", "name: a", "spec: "+s) }
	inPod := func(s string) string {
		return deployment("{template: {metadata: {labels: {a: b}}, spec: {" + s + "}}}")
	}
	for _, c := range []struct{ name, text, want string }{
		{"labels of a pod", manifest("v1", "Pod", "name: a, lables: {a: b}", podSpec), "labels"},
		{"labels of a namespace", manifest("v1", "Namespace", "name: a, label: {a: b}", ""), "labels"},
		{"labels of a template", deployment("{template: {metadata: {label: {a: b}}}}"), "labels"},
		{"namespace", manifest("v1", "Pod", "name: a, nameSpace: b", podSpec), "namespace"},
		{"owners", manifest("v1", "Pod", "name: a, ownerReference: []", podSpec), "ownerReferences"},
		{"spec of a pod", manifest("v1", "Pod", "name: a", "Spec: {hostNetwork: true}"), "spec"},
		{"hostNetwork", inPod("hostnetwork: true"), "hostNetwork"},
		{"containers", inPod("container: []"), "containers"},
		{"initContainers", inPod("initcontainers: []"), "initContainers"},
		{"ports", inPod("containers: [{port: [{containerPort: 80}]}]"), "ports"},
		{"name of a port", inPod("containers: [{ports: [{Name: web, containerPort: 80}]}]"), "name"},
		{"protocol of a port", inPod("containers: [{ports: [{protcol: UDP, containerPort: 80}]}]"), "protocol"},
		{"replicas", deployment("{replica: 3, template: {metadata: {labels: {a: b}}}}"), "replicas"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := readText(Options{}, c.text)
			if len(findings) == 0 || findings[0].Code != "unknown-field" || findings[0].Severity != model.Error ||
				findings[0].Advice != `did you mean "`+c.want+`"?` || findings[0].Origin.Line == 0 {
				t.Errorf("want %q, got %v", c.want, findings)
			}
		})
	}
}
