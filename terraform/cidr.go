package terraform

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func cidrHostFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "hostnum", Type: cty.Number}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := network(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			n, err := whole(args[1])
			if err != nil {
				return cty.NilVal, err
			}
			a, err := host(p, n)
			return cty.StringVal(a.String()), err
		},
	})
}

func cidrNetmaskFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "prefix", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := network(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			if !p.Addr().Is4() {
				return cty.NilVal, errors.New("only IPv4 prefixes have netmasks")
			}
			ones := netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), p.Bits())
			return cty.StringVal(ones.Masked().Addr().String()), nil
		},
	})
}

func cidrSubnetFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "newbits", Type: cty.Number}, {Name: "netnum", Type: cty.Number}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := network(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			bits, err := whole(args[1])
			if err != nil {
				return cty.NilVal, err
			}
			num, err := whole(args[2])
			if err != nil {
				return cty.NilVal, err
			}
			s, err := subnet(p, bits, num)
			return cty.StringVal(s.String()), err
		},
	})
}

func cidrSubnetsFunction() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "prefix", Type: cty.String}},
		VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
		Type:     function.StaticReturnType(cty.List(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := network(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			return subnets(p, args[1:])
		},
	})
}

// network parses a prefix and clears its host bits, as Terraform does.
func network(v cty.Value) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return netip.Prefix{}, err
	}
	return p.Masked(), nil
}

func whole(v cty.Value) (*big.Int, error) {
	n, acc := v.AsBigFloat().Int(nil)
	if n == nil || acc != big.Exact {
		return nil, errors.New("a whole number is required")
	}
	return n, nil
}

// host returns the nth address of a prefix; negative numbers count from its end.
func host(p netip.Prefix, n *big.Int) (netip.Addr, error) {
	size := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
	off := new(big.Int).Set(n)
	if off.Sign() < 0 {
		off.Add(off, size)
	}
	if off.Sign() < 0 || off.Cmp(size) >= 0 {
		return netip.Addr{}, fmt.Errorf("%s has no address number %s", p, n)
	}
	return plus(p.Addr(), off), nil
}

// subnet returns the subnet numbered num of those that are bits longer than p.
func subnet(p netip.Prefix, bits, num *big.Int) (netip.Prefix, error) {
	free := p.Addr().BitLen() - p.Bits()
	if bits.Sign() < 0 || bits.Cmp(big.NewInt(int64(free))) > 0 {
		return netip.Prefix{}, fmt.Errorf("%s cannot be extended by %s bits", p, bits)
	}
	n := uint(bits.Int64())
	if num.Sign() < 0 || num.BitLen() > int(n) {
		return netip.Prefix{}, fmt.Errorf("%d more bits do not hold the number %s", n, num)
	}
	off := new(big.Int).Lsh(num, uint(free)-n)
	return netip.PrefixFrom(plus(p.Addr(), off), p.Bits()+int(n)), nil
}

// subnets returns one subnet after the other, each beginning at the first
// address past the one before it that its length allows.
func subnets(p netip.Prefix, newbits []cty.Value) (cty.Value, error) {
	if len(newbits) == 0 {
		return cty.ListValEmpty(cty.String), nil
	}
	var out []cty.Value
	next := p.Addr()
	for i, v := range newbits {
		bits, err := whole(v)
		if err != nil {
			return cty.NilVal, err
		}
		if bits.Sign() < 1 || bits.Cmp(big.NewInt(int64(p.Addr().BitLen()-p.Bits()))) > 0 {
			return cty.NilVal, fmt.Errorf("%s cannot be extended by %s bits", p, bits)
		}
		s := netip.PrefixFrom(next, p.Bits()+int(bits.Int64())).Masked()
		if s.Addr() != next {
			s = netip.PrefixFrom(after(s), s.Bits())
		}
		if !next.IsValid() || !s.Addr().IsValid() || !p.Contains(s.Addr()) {
			return cty.NilVal, fmt.Errorf("%s has no room for subnet %d", p, i)
		}
		out = append(out, cty.StringVal(s.String()))
		next = after(s)
	}
	return cty.ListVal(out), nil
}

// after returns the first address past a prefix; invalid past the last one.
func after(p netip.Prefix) netip.Addr {
	size := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
	last := plus(p.Addr(), size.Sub(size, big.NewInt(1)))
	return last.Next()
}

// plus adds an offset that does not lead past the last address.
func plus(a netip.Addr, off *big.Int) netip.Addr {
	sum := new(big.Int).Add(new(big.Int).SetBytes(a.AsSlice()), off)
	b := sum.FillBytes(make([]byte, a.BitLen()/8))
	out, _ := netip.AddrFromSlice(b)
	return out
}
