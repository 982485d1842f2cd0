package audit

import "maps"

// Join puts two estates into one. Keys must differ.
func (e Estate) Join(o Estate) Estate {
	e.Firewalls = append(e.Firewalls, o.Firewalls...)
	e.Networks = append(e.Networks, o.Networks...)
	e.Subnets = append(e.Subnets, o.Subnets...)
	e.Interfaces = append(e.Interfaces, o.Interfaces...)
	e.Traits = append(e.Traits, o.Traits...)
	e.Lists = append(e.Lists, o.Lists...)
	e.Senders = e.Senders.Union(o.Senders)
	e.Unread = maps.Clone(e.Unread)
	if e.Unread == nil {
		e.Unread = map[Kind]string{}
	}
	for k, why := range o.Unread {
		if e.Unread[k] == "" {
			e.Unread[k] = why
		}
	}
	return e
}
