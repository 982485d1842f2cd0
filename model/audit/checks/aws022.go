package checks

import (
	"github.com/crosswall/crosswall/model/audit"
)

func aws022() audit.Check {
	return audit.Check{
		ID:       "AWS022",
		Title:    "A network ACL refuses the replies to what it admits",
		Severity: audit.High,
		Why: "A network ACL keeps no track of connections: a reply is a packet of its own, to the port that the client sent from. " +
			"Where that is refused, connections that the rules seem to admit time out, for all clients or for those of one kind.",
		Advice: "let the replies out, or in, to the ephemeral ports of the clients: 1024-65535, or 32768-65535 where none is a NAT gateway, load balancer or function",
		Kinds:  []audit.Kind{audit.NetworkACL},
		Run: func(s *audit.Subject) []audit.Finding {
			var out []audit.Finding
			who := clientsOf(s)
			for _, v := range aclViews(s) {
				for _, g := range v.returnGaps(s, who) {
					out = append(out, g.finding(&v))
				}
			}
			return out
		},
	}
}
