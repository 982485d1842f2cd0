package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// fingerprint is of the check, the object by what stays with it, and the traffic: not of lines, of words, of the order of rules, nor of
// how many rules the traffic is written in. Somebody who suppresses it does not suppress what opens next.
func (f Finding) fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "1\n%s\n%s\n%s\n%s\n%s\n", f.Check, f.Object.Provider, f.Object.Kind, cmp.Or(f.Object.Address, f.Object.ID, string(f.Object.Key)), f.Subject)
	if f.Unsure != "" {
		fmt.Fprintln(h, "unsure")
	}
	var lines []string
	boxes, more := f.Open.BoxesUpTo(fingerprintBoxes)
	for _, b := range boxes {
		lines = append(lines, fmt.Sprintf("%s > %s %s", b.Src, b.Dst, b.Traffic))
	}
	slices.Sort(lines)
	fmt.Fprintf(h, "%q %v\n", lines, more)
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// fingerprintBoxes is how much of the traffic a fingerprint is made of. What differs only beyond it has the same one.
const fingerprintBoxes = 4096
