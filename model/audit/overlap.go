package audit

import "github.com/crosswall/crosswall/model"

// overlap reports whether two kinds of traffic have a packet in common.
func overlap(a, b model.Traffic) bool {
	for _, s := range a {
		for _, t := range b {
			if _, ok := both(s, t); ok {
				return true
			}
		}
	}
	return false
}

// Overlap returns the packets of both a and b. Where packets are in several services of one, they are so in the result.
func Overlap(a, b model.Traffic) model.Traffic {
	var out model.Traffic
	for _, s := range a {
		for _, t := range b {
			if c, ok := both(s, t); ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// both returns the packets of two services; false where there are none.
func both(s, t model.Service) (model.Service, bool) {
	switch {
	case s.Protocol == model.AnyProtocol:
		return t, true
	case t.Protocol == model.AnyProtocol:
		return s, true
	case s.Protocol != t.Protocol:
		return model.Service{}, false
	case s.Protocol.HasPorts():
		src, ok := common(s.Src, t.Src)
		dst, ok2 := common(s.Dst, t.Dst)
		return model.PortsBetween(s.Protocol, src, dst), ok && ok2
	case s.Protocol.IsICMP():
		return bothMessages(s, t)
	}
	return s, true
}

func common(a, b model.PortRange) (model.PortRange, bool) {
	out := model.PortRange{First: max(a.First, b.First), Last: min(a.Last, b.Last)}
	return out, out.First <= out.Last
}

func bothMessages(s, t model.Service) (model.Service, bool) {
	switch {
	case s.Type == model.AnyICMP:
		return t, true
	case t.Type == model.AnyICMP:
		return s, true
	case s.Type != t.Type:
		return model.Service{}, false
	case s.Code == model.AnyICMP:
		return t, true
	case t.Code == model.AnyICMP:
		return s, true
	}
	return s, s.Code == t.Code
}

// Has reports whether an opening lets any of some traffic pass, surely or perhaps, from anybody. It is quick.
func (o *Opening) Has(t model.Traffic) bool { return overlap(o.traffic, t) }

// HasAll reports whether an opening lets all of some traffic pass, surely or perhaps, of each packet from somebody. It is quick.
func (o *Opening) HasAll(t model.Traffic) bool {
	for _, s := range t {
		if !hasAll(o.traffic, s) {
			return false
		}
	}
	return true
}

// hasAll reports whether a service is part of traffic, source ports left aside.
func hasAll(in model.Traffic, s model.Service) bool {
	var strips []strip
	for _, t := range in {
		if t.Protocol == model.AnyProtocol {
			return true
		}
		if t.Protocol == s.Protocol {
			strips = append(strips, strip{fieldOf(t), model.AllIPv4()})
		}
	}
	if len(strips) == 0 {
		return false
	}
	want := fieldOf(s)
	for _, have := range cut(strips) {
		if have.field.first <= want.first && want.last <= have.field.last {
			return true
		}
	}
	return false
}
