package checks_test

import (
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/model/audit"
)

var (
	judgeSeed = flag.Uint64("seed", 20260823, "which findings of the corpus are judged")
	judgeDraw = flag.Int("draw", 60, "how many findings are judged; 0: all of them")
)

// judges say what is wrong with a finding, from the raw documents alone; empty: it is true.
var judges = map[string]func(trial) string{
	"EXP001": judgeOpen(allPorts),
	"EXP002": judgeOpen(unnamed),
	"EXP010": judgeOpen(wideService("EXP010")),
	"EXP011": judgeOpen(wideService("EXP011")),
	"EXP012": judgeOpen(wideService("EXP012")),
	"EXP013": judgeOpen(wideService("EXP013")),
	"EXP014": judgeOpen(wideService("EXP014")),
	"EXP015": judgeOpen(wideService("EXP015")),
	"EXP016": judgeOpen(wideService("EXP016")),
	"EXP017": judgeOpen(everyMessage),
	"EXP018": judgeOpen(wideService("EXP018")),
	"EXP021": judgeOpen(particular),
	"EXP023": judgeHidden,
	"EXP024": judgeTwin,
	"EXP026": judgeList,
	"EGR001": judgeOpen(allPorts),
	"EGR002": judgeOpen(riskyService),
	"EGR003": judgeMetadata,
	"INT001": judgeInside,
	"INT002": judgeRange,
	"INT003": judgeEveryProtocol,
	"AWS001": judgeDefaultGroup,
	"AWS002": judgeDefaultGroup,
	"AWS003": judgeUnused,
	"AWS004": judgeWizard,
	"AWS006": judgeDescription,
	"AWS007": judgeStale,
	"AWS008": judgeSame,
	"AWS009": judgeTags,
	"AWS020": judgeIdleACL,
	"AWS027": judgePorts,
	"AWS032": judgeDefaultPlace,
	"AZ002":  judgeIdleNSG,
	"AZ005":  judgeDefaultVNet,
	"AZ011":  judgeNIC,
	"GCP001": judgeDefaultNetwork,
	"GCP003": judgeRule(isOfDefault),
	"GCP004": judgeRule(isForAll),
	"GCP006": judgeRule(isJoined),
	"GCP007": judgeRule(func(o object) bool { return o["disabled"] != true && !isLogged(o) }),
	"GCP008": judgeRule(func(o object) bool { return !isDescribed(o) }),
	"GCP009": judgeRule(func(o object) bool { return o["disabled"] == true }),
	"K8S001": judgeIsolated,
	"K8S002": judgeOpenPolicy,
	"K8S003": judgeOpenPolicy,
	"K8S004": judgeNames,
	"K8S005": judgeSelector,
	"K8S006": judgeNamedPort,
	"K8S011": judgeReply,
	"SEM001": judgeDead,
	"SEM003": judgeShorter,
	"SEM004": judgeRefused,
	"SEM005": judgeOtherEnd,
	"SEM007": judgeCorrelated,
	"SEM011": judgeOverlap,
}

// TestFindingsAreJudged draws findings of the corpus, and has each judged from the raw documents: that what it says is so, for its packets, and is not so just beside them.
// Of each check and cloud one is drawn before any has two.
func TestFindingsAreJudged(t *testing.T) {
	t.Logf("-seed %d -draw %d", *judgeSeed, *judgeDraw)
	drawn := drawFindings(auditedCorpus(t), rand.New(rand.NewPCG(*judgeSeed, 1)), *judgeDraw)
	if want := max(*judgeDraw, 50); len(drawn) < want {
		t.Errorf("%d findings were drawn, of %d", len(drawn), want)
	}
	clouds := map[string]int{}
	raws := map[string]trial{}
	for _, d := range drawn {
		if r, ok := raws[d.name]; ok {
			d.raw, d.k8s = r.raw, r.k8s
		} else {
			e := rawOfSource(d.realSource)
			d.raw, d.k8s = &e, rawOfManifests(d.manifests)
			raws[d.name] = d
		}
		clouds[d.Object.Provider]++
		judge, ok := judges[d.Check]
		if !ok {
			t.Errorf("%s: nobody judges it", d.Check)
			continue
		}
		if why := judge(d); why != "" {
			t.Errorf("%s: %s (%s): %s\n\tbut %s", d.name, d.Check, d.Severity, textOf(d.Finding), why)
		}
		if d.Exposure == 0 {
			continue
		}
		if why := judgeReach(d); why != "" {
			t.Errorf("%s: %s (%s, %s): %s\n\tbut %s", d.name, d.Check, d.Severity, d.Exposure, textOf(d.Finding), why)
		}
	}
	t.Logf("judged: %v", clouds)
	for _, c := range []string{"aws", "azure", "gcp", "kubernetes"} {
		if clouds[c] == 0 {
			t.Errorf("no finding of %s was drawn", c)
		}
	}
}

// TestJudgesCondemn gives judges findings about more than there is, and about less, which they must not find true.
func TestJudgesCondemn(t *testing.T) {
	narrow, wide := 0, 0
	for _, s := range auditedCorpus(t) {
		e := rawOfSource(s.realSource)
		for _, f := range s.found {
			if _, ported := known[f.Check]; !ported || f.Check == "EXP016" || f.Unsure != "" || f.Object.Kind == audit.NetworkACL {
				continue
			}
			less, more := falsified(f)
			of := trial{audited: s, Finding: f, raw: &e}
			of.found = nil
			if of.Open = less; !less.Equal(f.Open) {
				narrow++
				if judges[f.Check](of) == "" {
					t.Errorf("%s: %s: addresses that are left out are not missed", s.name, f.Summary)
				}
			}
			wide++
			if of.Open = more; judges[f.Check](of) == "" {
				t.Errorf("%s: %s: a port too many is not seen", s.name, f.Summary)
			}
		}
	}
	if narrow < 50 || wide < 50 {
		t.Errorf("%d and %d findings were falsified; the test shows little", narrow, wide)
	}
}

// falsified is what a finding is about without some addresses of strangers, and with a port that no check is about.
func falsified(f audit.Finding) (less, more model.Region) {
	hole := model.Box{Src: model.EndpointAt(model.Outside, model.MustPrefixes("80.0.0.0/4")), Dst: model.AnyEndpoint(), Traffic: model.Traffic{model.AllTraffic()}}
	if f.Check == "EGR002" {
		hole.Src, hole.Dst = hole.Dst, hole.Src
	}
	b := f.Open.Boxes()[0]
	b.Traffic = model.Traffic{model.Ports(model.TCP, 4, 4)}
	return f.Open.Subtract(model.NewRegion(hole)), f.Open.Union(model.NewRegion(b))
}

// drawFindings draws n findings, or all.
func drawFindings(sources []audited, r *rand.Rand, n int) []trial {
	sorts := map[string][]trial{}
	for _, s := range sources {
		for _, f := range s.found {
			k := f.Check + " " + f.Object.Provider
			sorts[k] = append(sorts[k], trial{audited: s, Finding: f})
		}
	}
	keys := slices.Sorted(maps.Keys(sorts))
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for _, k := range keys {
		of := sorts[k]
		r.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
	}
	var out []trial
	for round := 0; ; round++ {
		before := len(out)
		for _, k := range keys {
			if n > 0 && len(out) == n {
				return out
			}
			if round < len(sorts[k]) {
				out = append(out, sorts[k][round])
			}
		}
		if len(out) == before {
			return out
		}
	}
}
