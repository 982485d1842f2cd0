package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// clusterKinds are the kinds that the scripts' API server has: plural, kind, path.
var clusterKinds = [][3]string{
	{"namespaces", "Namespace", "/api/v1"}, {"pods", "Pod", "/api/v1"}, {"services", "Service", "/api/v1"}, {"nodes", "Node", "/api/v1"},
	{"configmaps", "ConfigMap", "/api/v1"}, {"replicationcontrollers", "ReplicationController", "/api/v1"},
	{"replicasets", "ReplicaSet", "/apis/apps/v1"}, {"deployments", "Deployment", "/apis/apps/v1"},
	{"statefulsets", "StatefulSet", "/apis/apps/v1"}, {"daemonsets", "DaemonSet", "/apis/apps/v1"},
	{"jobs", "Job", "/apis/batch/v1"}, {"cronjobs", "CronJob", "/apis/batch/v1"},
	{"horizontalpodautoscalers", "HorizontalPodAutoscaler", "/apis/autoscaling/v2"},
	{"networkpolicies", "NetworkPolicy", "/apis/networking.k8s.io/v1"},
}

// scriptCluster runs "cluster NAME [-deny=PLURAL] FILE...": an API server that holds the objects of files, and a
// context NAME for it in $KUBECONFIG, which it is added to.
func scriptCluster(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: cluster NAME [-deny=PLURAL] FILE...")
	}
	held, denied := map[string][]any{}, ""
	for _, a := range args[1:] {
		if d, ok := strings.CutPrefix(a, "-deny="); ok {
			denied = d
			continue
		}
		file, err := os.Open(ts.MkAbs(a))
		ts.Check(err)
		ts.Check(addObjects(held, file))
		ts.Check(file.Close())
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answerList(w, r, held, denied) }))
	ts.Defer(server.Close)
	addContext(ts, args[0], server.URL)
}

// addObjects adds the objects of YAML documents, by kind.
func addObjects(to map[string][]any, from io.Reader) error {
	dec := yaml.NewYAMLOrJSONDecoder(from, 4096)
	for {
		var o map[string]any
		err := dec.Decode(&o)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case o != nil:
			kind := fmt.Sprint(o["kind"])
			to[kind] = append(to[kind], o)
		}
	}
}

// answerList answers with the objects of one kind, and what a client wants to know of the server.
func answerList(w http.ResponseWriter, r *http.Request, held map[string][]any, denied string) {
	w.Header().Set("Content-Type", "application/json")
	answer := func(code int, v any) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(v) // the client may be gone
	}
	status := func(code int, reason string) {
		answer(code, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code, "message": reason + " for a test"})
	}
	switch r.URL.Path {
	case "/version":
		answer(http.StatusOK, map[string]any{"gitVersion": "v1.37.2"})
		return
	case "/api", "/apis":
		answer(http.StatusOK, map[string]any{"kind": "APIGroupList", "versions": []string{}, "groups": []any{}})
		return
	}
	for _, k := range clusterKinds {
		if r.URL.Path != k[2]+"/"+k[0] {
			continue
		}
		if k[0] == denied {
			status(http.StatusForbidden, "Forbidden")
			return
		}
		items := held[k[1]]
		if items == nil {
			items = []any{}
		}
		answer(http.StatusOK, map[string]any{"kind": k[1] + "List", "apiVersion": "v1", "metadata": map[string]any{}, "items": items})
		return
	}
	status(http.StatusNotFound, "NotFound")
}

// addContext adds a context to the kubeconfig of a script.
func addContext(ts *testscript.TestScript, name, url string) {
	file := ts.MkAbs("kubeconfig")
	ts.Setenv("KUBECONFIG", file)
	config := map[string][]any{}
	if data, err := os.ReadFile(file); err == nil {
		ts.Check(json.Unmarshal(data, &config))
	}
	config["clusters"] = append(config["clusters"], map[string]any{"name": name, "cluster": map[string]any{"server": url}})
	config["contexts"] = append(config["contexts"], map[string]any{"name": name, "context": map[string]any{"cluster": name}})
	data, err := json.Marshal(config)
	ts.Check(err)
	ts.Check(os.WriteFile(file, data, 0o600))
}
