package aws_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/sharedtest"
	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/providers/aws"
)

// sharedFolder finds a folder of those that lie beside the repository.
func sharedFolder(t *testing.T, name string) string {
	t.Helper()
	return sharedtest.Path(t, filepath.FromSlash(name))
}

// tally counts what objects have, by reading them as anybody would.
type tally struct{ groups, rules, acls, entries, subnets, interfaces int }

func list(o map[string]any, name string) []any {
	l, _ := o[name].([]any)
	return l
}

// tallyRaw counts what is in the objects. Rules that differ in their description alone are one.
func tallyRaw(s providers.Snapshot) tally {
	var out tally
	each := func(kind string, f func(map[string]any)) int {
		ids := map[string]bool{}
		for _, raw := range s.Objects[kind] {
			var o map[string]any
			if json.Unmarshal(raw, &o) == nil && !ids[string(raw)] {
				ids[string(raw)] = true
				f(o)
			}
		}
		return len(ids)
	}
	out.groups = each("SecurityGroups", func(o map[string]any) {
		for _, name := range []string{"IpPermissions", "IpPermissionsEgress"} {
			for _, p := range list(o, name) {
				for _, peers := range []string{"IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"} {
					out.rules += len(list(p.(map[string]any), peers))
				}
			}
		}
	})
	out.acls = each("NetworkAcls", func(o map[string]any) { out.entries += len(list(o, "Entries")) })
	out.subnets = each("Subnets", func(map[string]any) {})
	out.interfaces = each("NetworkInterfaces", func(map[string]any) {})
	return out
}

// tallyModule counts what became of them. Groups that are only named, and what stands for what was not
// read, do not count.
func tallyModule(t *testing.T, s providers.Snapshot) tally {
	t.Helper()
	p := aws.New(aws.Options{})
	m, findings := p.Resources(s)
	var out tally
	for _, r := range m.Resources {
		id, _ := r.Get("id").AsString()
		switch {
		case id == "" || r.Get("ingress").IsUnknown():
		case strings.HasSuffix(r.Type, "_security_group"):
			out.groups++
		case strings.Contains(r.Type, "security_group_"):
			out.rules++
		case strings.HasSuffix(r.Type, "_network_acl"):
			out.acls++
			out.entries += len(r.Blocks)
		case r.Type == "aws_subnet" && !r.Get("cidr_block").IsUnknown():
			out.subnets++
		case r.Type == "aws_network_interface":
			out.interfaces++
		}
	}
	for _, f := range findings {
		switch f.Code {
		case "stale-reference":
			out.rules++
		case "unreadable-object", "contradiction":
			t.Errorf("%v", f)
		}
	}
	policy, _ := p.Decode(m)
	if err := policy.Validate(); err != nil {
		t.Error(err)
	}
	for _, party := range p.Population(m, policy).Parties {
		if party.Label == "" {
			t.Errorf("a party without a label: %+v", party)
		}
	}
	return out
}

func same(t *testing.T, s providers.Snapshot) {
	t.Helper()
	raw, read := tallyRaw(s), tallyModule(t, s)
	if raw != read {
		t.Errorf("%+v in the objects, %+v read", raw, read)
	}
}

// Every recorded answer of EC2 in the corpus is read, and nothing of it is lost.
func TestCorpusRecordings(t *testing.T) {
	dir := sharedFolder(t, "corpus/aws-cloud-custodian")
	read := map[string]int{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".json" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var recording struct{ Data json.RawMessage }
		if err := json.Unmarshal(data, &recording); err != nil {
			return err
		}
		k, ok := aws.Provider{}.Sniff(recording.Data)
		operation := strings.Split(filepath.Base(name), "_")[0]
		if !ok {
			if operation != "ec2.DescribeRouteTables" && strings.Contains(string(recording.Data), "Id\"") && !strings.Contains(string(data), "\"status_code\": 4") {
				t.Errorf("%s is not known", name)
			}
			return nil
		}
		var answer map[string]json.RawMessage
		var objects []json.RawMessage
		if err := json.Unmarshal(recording.Data, &answer); err != nil {
			return err
		}
		if err := json.Unmarshal(answer[k.Name], &objects); err != nil {
			return err
		}
		read[operation]++
		t.Run(filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name), func(t *testing.T) {
			same(t, providers.Snapshot{Objects: map[string][]json.RawMessage{k.Name: objects}})
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read["ec2.DescribeSecurityGroups"] < 100 || read["ec2.DescribeNetworkInterfaces"] < 20 || read["ec2.DescribeNetworkAcls"] < 3 {
		t.Errorf("%v", read)
	}
	t.Logf("%v", read)
}

// The demo account of CloudMapper: files that the aws command wrote.
func TestCorpusAccount(t *testing.T) {
	dir := sharedFolder(t, "corpus/aws-cloudmapper/account-data/demo/us-east-1")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := providers.Snapshot{Objects: map[string][]json.RawMessage{}}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		k, ok := aws.Provider{}.Sniff(data)
		if !ok {
			continue
		}
		var printed map[string]json.RawMessage
		if err := json.Unmarshal(data, &printed); err != nil {
			t.Fatal(err)
		}
		objects := []json.RawMessage{}
		if err := json.Unmarshal(printed[k.Name], &objects); err != nil {
			t.Fatal(err)
		}
		s.Objects[k.Name] = objects
	}
	if len(s.Objects) != 6 {
		t.Errorf("%d kinds", len(s.Objects))
	}
	same(t, s)
	// The database is reached by the internal web servers, and by nobody else.
	p := aws.New(aws.Options{})
	m, _ := p.Resources(s)
	policy, _ := p.Decode(m)
	var peers []model.Selector
	for _, r := range policy.Layers[0].Ingress[1].Rules {
		if r.Target == model.Group("sg-00000005") {
			peers = append(peers, r.Peer)
		}
	}
	if len(peers) != 1 || peers[0] != model.Group("sg-00000004") {
		t.Errorf("%v", peers)
	}
}

// What the cloud resource collector wrote: the objects of the SDK, with nulls, under names of its own.
func TestCorpusCollector(t *testing.T) {
	dir := sharedFolder(t, "corpus/aws-cloud-resource-collector/pkg/aws/test/data")
	data, err := os.ReadFile(filepath.Join(dir, "aws_example.json"))
	if err != nil {
		t.Fatal(err)
	}
	var collected map[string]json.RawMessage
	if err := json.Unmarshal(data, &collected); err != nil {
		t.Fatal(err)
	}
	s := providers.Snapshot{Objects: map[string][]json.RawMessage{}}
	for from, kind := range map[string]string{"security_groups": "SecurityGroups", "network_acls": "NetworkAcls", "subnets": "Subnets", "vpcs": "Vpcs"} {
		var objects []json.RawMessage
		if err := json.Unmarshal(collected[from], &objects); err != nil {
			t.Fatal(err)
		}
		if k, ok := (aws.Provider{}).Sniff(objects[0]); !ok || k.Name != kind {
			t.Errorf("%s: %q", from, k.Name)
		}
		s.Objects[kind] = objects
	}
	s.Objects["NetworkInterfaces"] = []json.RawMessage{}
	same(t, s)
	p := aws.New(aws.Options{})
	m, fs := p.Resources(s)
	_, more := p.Decode(m)
	if worst := model.WorstSeverity(append(fs, more...)); worst > model.Info {
		t.Errorf("%v %v", fs, more)
	}
}
