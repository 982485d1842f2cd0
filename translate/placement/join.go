package placement

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// Found is what stands where in a cloud, and where workloads are.
type Found struct {
	// Cloud is the name of the cloud: "aws".
	Cloud string
	// Survey is what stands where.
	Survey providers.Survey
	// Addrs is the addresses that the pods of workloads hold, by workload. Of workloads without an entry they are not known.
	Addrs map[model.Identity]model.AddrSet
	// Incomplete is whether things may be missing from the survey: nothing is then taken for anybody's alone.
	Incomplete bool
}

// maxHeld bounds how many addresses of a group of workloads are looked for; sets that are larger are ranges and not the
// addresses of pods.
const maxHeld = 1 << 17

// finder joins groups of workloads to what stands at their addresses.
type finder struct {
	cloud  cloud
	survey providers.Survey
	// incomplete is as in [Found].
	incomplete bool
	seats      []seat
	// names are what the placement calls subnets, by lower-case id; networks those in which pods are, sorted.
	names    map[string]string
	networks []string
}

// seat is where a group of workloads was found.
type seat struct {
	group
	addrs model.AddrSet
	// partly is whether the addresses of some of the workloads are not known.
	partly bool
	// interfaces and subnets are those at the addresses, by their place in the survey, sorted.
	interfaces, subnets []int
	// stray is the addresses that are in no subnet.
	stray model.AddrSet
}

// holder is an address and the group that holds it.
type holder struct {
	addr netip.Addr
	seat int
}

func newFinder(c cloud, f Found, groups []group) *finder {
	j := &finder{cloud: c, survey: f.Survey, incomplete: f.Incomplete, names: map[string]string{}}
	for _, g := range groups {
		s := seat{group: g}
		for _, w := range g.workloads {
			addrs, ok := f.Addrs[w.ID]
			s.partly = s.partly || !ok
			s.addrs = s.addrs.Union(addrs)
		}
		j.seats = append(j.seats, s)
	}
	held := j.holders()
	for i, f := range j.survey.Interfaces {
		for _, s := range within(held, f.Addrs) {
			j.seats[s].interfaces = append(j.seats[s].interfaces, i)
		}
	}
	for i := range j.seats {
		j.seats[i].settle(j.survey)
	}
	j.nameSubnets()
	return j
}

// holders returns the addresses of all groups, sorted.
func (j *finder) holders() []holder {
	var out []holder
	for i, s := range j.seats {
		n := 0
		for _, r := range s.addrs.Ranges() {
			for a := r.From(); a.IsValid() && a.Compare(r.To()) <= 0 && n < maxHeld; a = a.Next() {
				out = append(out, holder{a, i})
				n++
			}
		}
		if n == maxHeld {
			j.seats[i].addrs, j.seats[i].partly = model.AddrSet{}, true
		}
	}
	slices.SortFunc(out, func(a, b holder) int { return cmp.Or(a.addr.Compare(b.addr), cmp.Compare(a.seat, b.seat)) })
	return out
}

// within returns the groups that hold any of the addresses, each once.
func within(held []holder, addrs model.AddrSet) []int {
	var out []int
	for _, r := range addrs.Ranges() {
		i, _ := slices.BinarySearchFunc(held, r.From(), func(h holder, a netip.Addr) int { return h.addr.Compare(a) })
		for ; i < len(held) && held[i].addr.Compare(r.To()) <= 0; i++ {
			out = append(out, held[i].seat)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// settle finds the subnets of a seat: those of its interfaces, and for addresses at no interface those that
// they are in.
func (s *seat) settle(survey providers.Survey) {
	s.stray = s.addrs
	for i, n := range survey.Subnets {
		if !n.Addrs().Overlaps(s.addrs) {
			continue
		}
		if !s.isIn(survey, n) {
			continue // a subnet of another network, with the same addresses
		}
		s.subnets = append(s.subnets, i)
		s.stray = s.stray.Subtract(n.Addrs())
	}
}

// isIn reports whether any address of the seat is in a subnet, as far as interfaces do not say that it is in another one.
func (s *seat) isIn(survey providers.Survey, n providers.SurveyedSubnet) bool {
	here := s.addrs.Intersect(n.Addrs())
	for _, i := range s.interfaces {
		f := survey.Interfaces[i]
		switch {
		case !f.Addrs.Overlaps(here) || len(f.Subnets) == 0:
		case slices.ContainsFunc(f.Subnets, func(id string) bool { return strings.EqualFold(id, n.ID) }):
			return true
		default:
			here = here.Subtract(f.Addrs)
		}
	}
	return !here.IsEmpty()
}

// nameSubnets names the subnets in which pods are, as the placement may.
func (j *finder) nameSubnets() {
	taken, networks := map[string]bool{}, map[string]bool{}
	for _, i := range j.used() {
		n := j.survey.Subnets[i]
		base := slug(n.Name)
		name := base
		for k := 2; taken[name]; k++ {
			name = fmt.Sprintf("%s-%d", base, k)
		}
		taken[name], networks[n.Network] = true, true
		j.names[strings.ToLower(n.ID)] = name
	}
	j.networks = slices.Sorted(maps.Keys(networks))
}

// used returns the subnets in which pods are, in the order of the survey.
func (j *finder) used() []int {
	var out []int
	for _, s := range j.seats {
		out = append(out, s.subnets...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// slug makes a name of a placement's subnet of a cloud's: lower-case letters, digits and dashes, at most 40, and a letter
// first.
func slug(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		}
		return '-'
	}, s)
	s = strings.Trim(s, "-")
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		s = "subnet-" + s
	}
	return strings.Trim(s[:min(len(s), 40)], "-")
}

// marks are the words of one identity field that the interfaces of a seat have: alone those that nobody else has,
// shared those that others have too. Only what all of its interfaces have counts, and only where all of its addresses are at interfaces.
type marks struct{ alone, shared []string }

func (j *finder) marks(s seat, of func(providers.Interface) []string) marks {
	left := s.addrs
	var common []string
	for k, i := range s.interfaces {
		f := j.survey.Interfaces[i]
		left = left.Subtract(f.Addrs)
		if k == 0 {
			common = of(f)
			continue
		}
		common = slices.DeleteFunc(slices.Clone(common), func(w string) bool { return !slices.Contains(of(f), w) })
	}
	var out marks
	if !left.IsEmpty() || s.partly {
		return out
	}
	for _, w := range common {
		stranger := slices.ContainsFunc(j.survey.Interfaces, func(f providers.Interface) bool {
			return slices.Contains(of(f), w) && !s.addrs.Covers(f.Addrs)
		})
		if stranger || j.incomplete {
			out.shared = append(out.shared, w)
		} else {
			out.alone = append(out.alone, w)
		}
	}
	return out
}

// findings tells of the groups that could not be joined.
func (j *finder) findings() []model.Finding {
	var out []model.Finding
	for _, s := range j.seats {
		if why := j.missing(s); why != "" {
			w := s.workloads[0]
			out = append(out, model.Finding{Severity: model.Warning, Code: codeNotJoined, Origin: w.Origin,
				Summary: fmt.Sprintf("where %s lives was not found: %s", w.ID, why), Advice: "fill in the subnets of its entry"})
		}
	}
	return model.SortFindings(out)
}

// missing says why a group has no subnet, or not all of them; "" where it has.
func (j *finder) missing(s seat) string {
	switch {
	case s.addrs.IsEmpty():
		return "the addresses of its pods are not known"
	case !s.stray.IsEmpty():
		return fmt.Sprintf("%s is in no subnet that was read; pods of an overlay network leave their node with its address", someAddrs(s.stray))
	case s.partly:
		return "the addresses of some of its pods are not known"
	}
	return ""
}
