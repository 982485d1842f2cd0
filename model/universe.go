package model

// Universe returns every connection worth asking about: at least one end is a
// member, both ends hold addresses that they may hold, ports are from the
// client range of the source, ICMP is of the addresses' family, and members that are Solo do
// not talk to themselves.
func (inv Inventory) Universe() Region {
	w := newWorkshop()
	u := w.universe(inv, atSrc)
	return Region{w.apply(opSubtract, u.clip(w, w.full), u.not)}
}

// universe is the connections worth asking about, in parts that are small. Together they can have as many
// edges as there are pairs of members, so that most work is done without.
type universe struct {
	// clients are the connections that start at a client port of somebody, at an
	// address that they hold; servers are those to somebody, in the same sense.
	clients, servers *node
	// not is what has nobody at either end but strangers, is of Solo members to
	// themselves, or ICMP of the wrong family.
	not *node
}

// universe makes the parts with the client at an end.
func (w *workshop) universe(inv Inventory, client end) universe {
	everybody := inv.everybody()
	byPorts := map[PortRange][]Endpoints{}
	note := func(id Identity, addrs AddrSet, ports PortRange) {
		if ports == (PortRange{}) {
			ports = DefaultClientPorts()
		}
		byPorts[ports] = append(byPorts[ports], EndpointAt(id, orAll(addrs)))
	}
	note(Outside, inv.Outside, inv.OutsideClientPorts)
	var not []*node
	add := func(a, b Endpoints, t Traffic) { not = append(not, w.box(Box{a, b, t})) }
	all := Traffic{AllTraffic()}
	for _, m := range inv.Members {
		note(m.ID, m.Addrs, m.ClientPorts)
		if m.Solo {
			add(EndpointsOf(m.ID), EndpointsOf(m.ID), all)
		}
	}
	add(EndpointsOf(Outside), EndpointsOf(Outside), all)
	v4, v6 := EndpointsAt(AllIPv4()), EndpointsAt(AllIPv6())
	add(v4, v4, Traffic{AllOf(ICMPv6)})
	add(v6, v6, Traffic{AllOf(ICMP)})

	var clients []*node
	for ports, who := range byPorts {
		clients = append(clients, w.boxWith(client, united(who), AnyEndpoint(), fromClient(ports)))
	}
	return universe{
		clients: w.unionAll(clients),
		servers: w.boxWith(client, AnyEndpoint(), everybody, all),
		not:     w.unionAll(not),
	}
}

// clip returns what n has of the universe, but for what is in its not.
func (u universe) clip(w *workshop, n *node) *node {
	return w.apply(opIntersect, w.apply(opIntersect, n, u.clients), u.servers)
}

// boxWith makes the diagram of a box with its source at an end.
func (w *workshop) boxWith(source end, src, dst Endpoints, t Traffic) *node {
	if source == atDst {
		src, dst = dst, src
	}
	return w.box(Box{src, dst, t})
}

// everybody returns the members and the strangers, at the addresses that they
// may hold.
func (inv Inventory) everybody() Endpoints {
	all := make([]Endpoints, 1, 1+len(inv.Members))
	all[0] = EndpointAt(Outside, orAll(inv.Outside))
	for _, m := range inv.Members {
		all = append(all, EndpointAt(m.ID, orAll(m.Addrs)))
	}
	return united(all)
}

// fromClient returns all traffic that starts at a client port.
func fromClient(ports PortRange) Traffic {
	var t Traffic
	for p := range Protocol(256) {
		if p.HasPorts() {
			t = append(t, PortsBetween(p, ports, AllPorts()))
		} else {
			t = append(t, AllOf(p))
		}
	}
	return t
}
