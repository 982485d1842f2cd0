package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// fingerprint is of the check, the object by what stays with it, and the traffic: not of lines, of words, of the order of rules, nor of
// how many rules the traffic is written in. Somebody who suppresses it does not suppress what opens next.
func (f Finding) fingerprint() string {
	h := sha256.New()
	// The number is that of this form: with another one, fingerprints of before are never taken for others.
	fmt.Fprintf(h, "2\n%s\n%s\n%s\n%s\n%s\n", f.Check, f.Object.Provider, f.Object.Kind, cmp.Or(f.Object.Address, f.Object.ID, string(f.Object.Key)), f.Subject)
	if f.Unsure != "" {
		fmt.Fprintln(h, "unsure")
	}
	open := f.Open.Digest()
	h.Write(open[:])
	return hex.EncodeToString(h.Sum(nil))[:32]
}
