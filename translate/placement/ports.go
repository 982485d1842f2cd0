package placement

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// clientPorts reads an ephemeral range: the name of a system, or FIRST-LAST.
func (r reader) clientPorts(v value) model.PortRange {
	s, ok := r.Text(v)
	if !ok {
		return model.PortRange{}
	}
	switch s {
	case "any":
		return model.DefaultClientPorts()
	case "linux": // net.ipv4.ip_local_port_range
		return model.PortRange{First: 32768, Last: 60999}
	case "windows": // Windows Server 2008 and later; VPC user guide, network ACLs, ephemeral ports
		return model.PortRange{First: 49152, Last: 65535}
	}
	first, last, ok := strings.Cut(s, "-")
	from, err1 := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	switch {
	case !ok || err1 != nil || err2 != nil || from == 0:
		r.Fault(codeValue, r.Origin(v), fmt.Sprintf("%q is no ephemeral range", s),
			"write linux, windows, any, or the first and last port such as 32768-60999")
		return model.PortRange{}
	case from > to:
		r.Fault(codeValue, r.Origin(v), fmt.Sprintf("the range %s is reversed", s), fmt.Sprintf("write %d-%d", to, from))
		return model.PortRange{}
	}
	return model.PortRange{First: uint16(from), Last: uint16(to)}
}

const portsAdvice = "for example\n  ports: [{protocol: TCP, port: 9100, endPort: 9110}]\nand for everything\n  ports: [{protocol: ANY}]"

// traffic reads the field ports of o, which must be there: that an allowance admits
// everything is something to be said.
func (r reader) traffic(o *object) model.Traffic {
	v, ok := o.Need("ports", portsAdvice)
	if !ok {
		return nil
	}
	vs := r.Items(v)
	if len(vs) == 0 {
		r.Fault(codeField, r.Origin(v), v.Path+" is an empty list", portsAdvice)
	}
	var t model.Traffic
	for _, v := range vs {
		if s, ok := r.service(v); ok {
			t = append(t, s)
		}
	}
	return t
}

// protocols returns the protocols that a placement can name.
func protocols() []model.Protocol {
	return []model.Protocol{model.TCP, model.UDP, model.SCTP, model.ICMP, model.ICMPv6, model.AnyProtocol}
}

func (r reader) service(v value) (model.Service, bool) {
	before := r.Count()
	o := r.Object(v)
	if o == nil {
		return model.Service{}, false
	}
	var s model.Service
	if p, ok := o.Need("protocol", portsAdvice); ok {
		if name, ok := r.Text(p); ok {
			s, ok = serviceOf(name)
			if !ok {
				r.Fault(codeValue, r.Origin(p), fmt.Sprintf("%s is %q", p.Path, name), "write TCP, UDP, SCTP, ICMP, ICMPv6 or ANY")
			} else {
				r.narrow(o, &s)
			}
		}
	}
	o.Close()
	return s, r.Count() == before
}

func serviceOf(name string) (model.Service, bool) {
	for _, p := range protocols() {
		if p.String() == name {
			return model.AllOf(p), true
		}
	}
	return model.Service{}, false
}

// narrow reads the ports, or the ICMP type and code, of a service.
func (r reader) narrow(o *object, s *model.Service) {
	first, hasFirst := r.numberField(o, "port", 1, 65535)
	last, hasLast := r.numberField(o, "endPort", 1, 65535)
	typ, hasType := r.numberField(o, "type", 0, 255)
	code, hasCode := r.numberField(o, "code", 0, 255)
	misplaced := func(name, why string) {
		r.Fault(codeValue, o.Where(name), fmt.Sprintf("%s does not go with %s", name, why), "remove it")
	}
	for _, name := range []string{"port", "endPort"} {
		if o.Has(name) && !s.Protocol.HasPorts() {
			misplaced(name, "protocol "+s.Protocol.String())
		}
	}
	for _, name := range []string{"type", "code"} {
		if o.Has(name) && !s.Protocol.IsICMP() {
			misplaced(name, "protocol "+s.Protocol.String())
		}
	}
	switch {
	case hasLast && !hasFirst:
		r.Fault(codeField, o.Where("endPort"), "endPort without port", "add the first port of the range")
	case hasLast && last < first:
		r.Fault(codeValue, o.Where("endPort"), fmt.Sprintf("the range %d-%d is reversed", first, last), "endPort is the last port of the range")
	case hasLast:
		s.Dst = model.PortRange{First: uint16(first), Last: uint16(last)}
	case hasFirst:
		s.Dst = model.PortRange{First: uint16(first), Last: uint16(first)}
	}
	if hasCode && !hasType {
		r.Fault(codeField, o.Where("code"), "code without type", "add the ICMP type")
	}
	if hasType {
		s.Type = int16(typ)
	}
	if hasCode {
		s.Code = int16(code)
	}
}

func (r reader) numberField(o *object, name string, least, most int) (int, bool) {
	v, ok := o.Get(name)
	if !ok {
		return 0, false
	}
	return r.Number(v, least, most)
}
