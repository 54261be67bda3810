//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import "github.com/golibnl/libnl/internal/validate"

// validateMsg says whether libnl's object parsers may be given a message that does not come from the kernel: b is the whole message.
func validateMsg(proto Protocol, b []byte) error {
	if err := validate.Msg(int(proto), b); err != nil {
		return argErr("nl_msg_parse", err.Error())
	}
	return nil
}

// validateCT says whether libnl may be given b as what an attribute holds of a conntrack entry.
func validateCT(b []byte) error {
	if err := validate.CT(b); err != nil {
		return argErr("nfnlmsg_ct_parse_nested", err.Error())
	}
	return nil
}
