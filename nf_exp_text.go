//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"strconv"
	"strings"
)

// CTExpectFlags are the flags of an expectation (NF_CT_EXPECT_*).
type CTExpectFlags uint32

// The flags of an expectation.
const (
	CTExpectPermanent CTExpectFlags = 1 << iota // NF_CT_EXPECT_PERMANENT: it stays when a connection has come
	CTExpectInactive                            // NF_CT_EXPECT_INACTIVE: no connection is let in by it
	CTExpectUserspace                           // NF_CT_EXPECT_USERSPACE: of a helper in user space; requests cannot set it
)

// expectFlags are the words that libnl's details have for the flags, from bit 0 on. Its functions for texts have those of other flags.
var expectFlags = []string{"permanent", "inactive", "userspace"}

// String returns the names of the flags, "permanent,inactive", and a number for those that have no name. (libnl's function takes the flags for
// those of a connection, and says "expected".)
//
// Implements: nfnl_exp_flags2str
func (f CTExpectFlags) String() string {
	var words []string
	for i, word := range expectFlags {
		if bit := CTExpectFlags(1) << i; f&bit != 0 {
			words = append(words, word)
			f &^= bit
		}
	}
	if f != 0 {
		words = append(words, hexText(int(f)))
	}
	return strings.Join(words, ",")
}

// ParseCTExpectFlags reads what [CTExpectFlags.String] writes, in any case. A name that is not known is [ErrObjNotFound].
//
// Implements: nfnl_exp_str2flags
func ParseCTExpectFlags(s string) (CTExpectFlags, error) {
	var all CTExpectFlags
	if s == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(s, ",") {
		bits, ok := expectFlag(name)
		if !ok {
			return 0, textErr("nfnl_exp_str2flags", ErrObjNotFound, name)
		}
		all |= bits
	}
	return all, nil
}

func expectFlag(name string) (CTExpectFlags, bool) {
	for i, word := range expectFlags {
		if strings.EqualFold(name, word) {
			return 1 << i, true
		}
	}
	n, ok := hexFlag(name)
	return CTExpectFlags(n), ok
}

// expTupleNames are the words for the tuples.
var expTupleNames = [expTuples]string{"expect", "master", "mask", "nat"}

// String returns the word for the tuple, "expect", "master", "mask" or "nat", and a number for one that is not there.
func (t ExpTuple) String() string {
	if !t.valid() {
		return strconv.Itoa(int(t))
	}
	return expTupleNames[t]
}

// ParseExpTuple returns the tuple with this word, in any case. A word that is not known is [ErrObjNotFound].
func ParseExpTuple(s string) (ExpTuple, error) {
	for t, name := range expTupleNames {
		if strings.EqualFold(s, name) {
			return ExpTuple(t), nil
		}
	}
	return 0, textErr("ParseExpTuple", ErrObjNotFound, s)
}
