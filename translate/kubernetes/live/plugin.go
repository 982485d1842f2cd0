package live

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// Enforcement says whether NetworkPolicies have an effect. The zero Enforcement is EnforcementUnknown.
type Enforcement uint8

const (
	// EnforcementUnknown says that it is not known.
	EnforcementUnknown Enforcement = iota
	// Enforced says that something in the cluster enforces policies.
	Enforced
	// NotEnforced says that nothing in the cluster does: all pods may connect to each other.
	NotEnforced
)

// String returns "unknown", "enforced" or "not enforced".
func (e Enforcement) String() string {
	switch e {
	case Enforced:
		return "enforced"
	case NotEnforced:
		return "not enforced"
	case EnforcementUnknown:
	}
	return "unknown"
}

// Plugin is what connects the pods of a cluster and enforces its policies. The zero Plugin is one of which nothing is known.
type Plugin struct {
	// Names are the products that were found, sorted: "AWS VPC CNI", "Calico".
	Names       []string
	Enforcement Enforcement
	// OutsideOnly is whether an ipBlock matches no pods, whatever their addresses
	// ([github.com/crosswall/crosswall/translate/kubernetes.IPBlocksMatchOutside]).
	OutsideOnly bool
	// DefaultDeny is whether pods are isolated that no policy selects.
	DefaultDeny bool
}

// verdict is what one product has to say.
type verdict struct {
	name string
	// where it was found: "DaemonSet kube-system/cilium".
	where       string
	enforcement Enforcement
	// why says, for people, why policies are not enforced, or why that is not known; advice what to do.
	why, advice string
	outsideOnly bool
	// denies says, for people, why pods are isolated that no policy selects. Empty: they are not.
	denies string
}

// plugin finds out which network plugin runs, and tells.
func (r *reader) plugin(ctx context.Context) error {
	blind := r.failed["DaemonSet"] != nil
	if len(r.options.Namespaces) > 0 && !slices.Contains(r.options.Namespaces, systemNamespace) {
		ok, err := r.systemAgents(ctx)
		if err != nil {
			return err
		}
		blind = !ok
	}
	verdicts, err := r.verdicts(ctx)
	if err != nil {
		return err
	}
	if blind {
		verdicts = append(verdicts, verdict{why: "the DaemonSets could not be read", advice: "allow \"list\" of daemonsets.apps, as docs/permissions-kubernetes.md says"})
	}
	r.out.Plugin = settle(verdicts)
	r.tellPlugin(verdicts)
	return nil
}

// systemNamespace is where network plugins are installed, but for those that have a namespace of their own.
const systemNamespace = "kube-system"

// systemAgents looks at the DaemonSets of the cluster's own namespace, where only others were asked for.
func (r *reader) systemAgents(ctx context.Context) (bool, error) {
	var found []agent
	at := listAt{path: "/apis/apps/v1/namespaces/" + systemNamespace + "/daemonsets", size: r.options.PageSize}
	at.keep = func(object json.RawMessage) error {
		r.passing = sighting{}
		err := r.look("DaemonSet", object)
		found = append(found, r.passing.agents...)
		return err
	}
	err := r.list(ctx, at, func() { found = nil })
	if err != nil && (ctx.Err() != nil || isFinal(err)) {
		return false, fmt.Errorf("daemonsets: %s", explain(ctx, err))
	}
	if err == nil {
		r.seen.agents = append(r.seen.agents, found...)
	}
	return err == nil, nil
}

// settle puts together what the products of a cluster say. One that enforces policies is enough; where one may, it is not
// known.
func settle(verdicts []verdict) Plugin {
	var p Plugin
	enforcers, outside := 0, 0
	worst := EnforcementUnknown
	for _, v := range verdicts {
		if v.name != "" {
			p.Names = append(p.Names, v.name)
		}
		if v.enforcement == Enforced {
			enforcers++
			p.DefaultDeny = p.DefaultDeny || v.denies != ""
			if v.outsideOnly {
				outside++
			}
		}
	}
	undecided := slices.ContainsFunc(verdicts, func(v verdict) bool { return v.enforcement == EnforcementUnknown })
	switch {
	case enforcers > 0:
		worst = Enforced
	case len(verdicts) > 0 && !undecided:
		worst = NotEnforced
	}
	p.Enforcement = worst
	p.OutsideOnly = enforcers > 0 && outside == enforcers
	slices.Sort(p.Names)
	p.Names = slices.Compact(p.Names)
	return p
}

// tellPlugin makes findings of what the products say.
func (r *reader) tellPlugin(verdicts []verdict) {
	p := r.out.Plugin
	names := strings.Join(p.Names, " and ")
	of := func(e Enforcement) (why, advice string) {
		var reasons, hints []string
		for _, v := range verdicts {
			if v.enforcement == e && v.why != "" {
				reasons, hints = append(reasons, v.why), append(hints, v.advice)
			}
		}
		return strings.Join(reasons, "; "), strings.Join(slices.Compact(slices.DeleteFunc(hints, func(h string) bool { return h == "" })), "; ")
	}
	switch p.Enforcement {
	case NotEnforced:
		why, advice := of(NotEnforced)
		r.warn(CodeNotEnforced, "no NetworkPolicy has an effect in this cluster, and every pod may connect to every other, whatever the answer says: "+why, advice)
	case EnforcementUnknown:
		why, advice := of(EnforcementUnknown)
		if why == "" {
			why = "no network plugin was found that is known here"
		}
		if advice == "" {
			advice = "find out whether the cluster's network plugin enforces NetworkPolicies; the answer holds only if it does"
		}
		r.warn(CodeUnknownPlugin, "whether NetworkPolicies have an effect in this cluster is unknown: "+why, advice)
	case Enforced:
		r.tellEnforced(names, verdicts)
	}
}

// tellEnforced tells who enforces policies, and what is particular about it.
func (r *reader) tellEnforced(names string, verdicts []verdict) {
	for _, v := range verdicts {
		if v.enforcement != Enforced {
			continue
		}
		r.tell(model.Info, CodePlugin, fmt.Sprintf("%s enforces NetworkPolicies (%s)", v.name, v.where), "")
		if v.denies != "" {
			r.warn(CodeDefaultDeny, fmt.Sprintf("pods that no policy selects are isolated as well, which the answer does not take into account: %s", v.denies), "")
		}
		if v.outsideOnly != r.out.Plugin.OutsideOnly {
			r.warn(CodeUnknownPlugin, fmt.Sprintf("several products enforce policies (%s), and of these %s lets no ipBlock match pods: it is taken to match them", names, v.name),
				"choose with --ipblock-pods")
		}
	}
	if r.out.Plugin.OutsideOnly {
		r.tell(model.Info, CodePlugin, names+" lets an ipBlock match no pod, whatever its address, and so does the answer unless told otherwise", "")
	}
}
