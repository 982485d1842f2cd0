package audit

import (
	"cmp"
	"slices"

	"github.com/crosswall/crosswall/model"
)

// Exposure is how far what a rule admits can be made use of. The zero Exposure is of findings that are not about that.
type Exposure uint8

const (
	// Latent traffic is admitted by the rule, and for sure reaches nothing today: nothing has the rule, nothing that has
	// it has a public address, or another layer refuses.
	Latent Exposure = iota + 1
	// Possible traffic passes every layer that was read; whether something receives it is not known.
	Possible
	// Effective traffic passes every layer and reaches something with a public address.
	Effective
)

// String returns "latent", "possible", "effective" or "".
func (e Exposure) String() string {
	switch e {
	case Latent:
		return "latent"
	case Possible:
		return "possible"
	case Effective:
		return "effective"
	}
	return ""
}

// MarshalText makes JSON say "latent" and not 1.
func (e Exposure) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Finding is what a check found.
type Finding struct {
	// Check is the id of the check.
	Check    string
	Severity Severity
	Exposure Exposure
	// Partly is whether nothing is known to receive all of Open, so that Exposure is that of a part.
	Partly bool
	// Step is by how much a finding of the usual severity is more severe, or less where it is negative, than others of its
	// check, before its Exposure counts.
	Step int
	// Summary says what is so, in one sentence without a final stop; it names the object.
	Summary string
	// Advice says what to do about it.
	Advice string
	// Object is what has the fault. Its Origin, or one of Causes, is known.
	Object Object
	// Open is the traffic that the finding is about, exactly: from whom, to whom. The zero Region where it is about none.
	Open model.Region
	// Unsure says why it may not be so; empty: it is. An open set of which parts are unknown is two findings.
	Unsure string
	// Example is a packet of Open; nil where it is empty.
	Example *model.Flow
	// Causes are the rules responsible, in the order in which they are asked.
	Causes []Cause
	// Attached are labels of what the object applies to, sorted.
	Attached []string
	// Fixes are changes of which each by itself would end it.
	Fixes []Fix
	// Fingerprint is the same for the same finding about the same object, whatever else changes. [Run] sets it.
	Fingerprint string
	// Subject further tells apart findings of one check about one object with the same Open: what exactly they are about.
	// It must not hold what changes by itself: numbers, lines. Empty where there is nothing to tell apart.
	Subject string
}

// Cause is a rule that is responsible for a finding.
type Cause struct {
	// Text is what the rule does: "allow tcp/22 from 0.0.0.0/0".
	Text   string
	Origin model.Origin
	Link   string
}

// Fix is a change that ends a finding.
type Fix struct {
	// Title says what it does: "remove the rule".
	Title string
	// Form is what Text is in: "terraform", "aws", "gcloud", "az", "text".
	Form string
	// Text is commands, or of Terraform a unified diff, where Changes are known, or otherwise what to add. Empty where nobody with the files has made text of
	// Edits yet.
	Text string
	// Edits are what to do to configuration that was read as files; nil: it was not, or there is nothing that would surely do.
	Edits []Edit
	// Changes are the lines of files that Edits change, in the order of files and lines; nil: not worked out. They are all of the change.
	Changes []Change
}

// Sort sorts findings by severity, worst first, then by check, object and fingerprint.
func Sort(fs []Finding) []Finding {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Object.Label(), b.Object.Label()),
			a.Where().Compare(b.Where()), cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Summary, b.Summary))
	})
	return fs
}

// Where is the best place to look at: the first rule responsible with a known origin, or the object.
func (f Finding) Where() model.Origin {
	for _, c := range f.Causes {
		if c.Origin != (model.Origin{}) {
			return c.Origin
		}
	}
	return f.Object.Origin
}
