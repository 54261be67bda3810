//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// PutAddr puts the bytes of an address, without its family and prefix length. The zero Addr is latched as ErrInval.
//
// Implements: nla_put_addr
func (m *Msg) PutAddr(t uint16, a Addr) {
	if err := a.check("nla_put_addr"); err != nil {
		if o := m.write(); o.err == nil {
			o.err = err
		}
		return
	}
	m.PutBytes(t, a.Bytes())
}

// Addr returns the payload as an address of family f, with all its bits as prefix.
//
// Implements: nl_addr_alloc_attr
func (a Attr) Addr(f Family) (Addr, error) {
	x := AddrFrom(f, a.Bytes())
	if !x.IsValid() {
		return Addr{}, argErr("nl_addr_alloc_attr", "no address of family "+f.String()+" in "+itoa(int64(a.Len()))+" bytes")
	}
	return x, nil
}
