package assertion_test

import (
	"fmt"

	"github.com/crosswall/crosswall/model/assertion"
)

// The world is a policy and who there is, of whatever source it was read.
func Example() {
	asserted, findings := assertion.Parse("shop.assert", []byte("internet > db: never\nonly frontend > backend\ninternet > frontend tcp/443: never\n"))
	if len(findings) > 0 {
		fmt.Println(findings)
		return
	}
	for _, a := range asserted {
		r := shop().Check(a)
		fmt.Println(r.Verdict, a.Text)
		if r.Verdict != assertion.Holds {
			fmt.Println("  ", r.Example)
		}
	}
	// Output:
	// holds internet > db: never
	// fails only frontend > backend
	//    bastion (10.0.3.4) > backend (10.0.1.4) TCP/22 from port 40000
	// fails internet > frontend tcp/443: never
	//    203.0.113.10 > frontend (10.0.0.4) TCP/443 from port 40000
}
