//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

import (
	"math"
	"strconv"
	"strings"
)

// RuleAction is what a rule does (FR_ACT_*). The constants of package unix are assignable.
type RuleAction uint8

// What rules do.
const (
	RuleLookup      RuleAction = 1 // FR_ACT_TO_TBL: look in its table
	RuleGoto        RuleAction = 2 // FR_ACT_GOTO: go on with another rule
	RuleNop         RuleAction = 3 // FR_ACT_NOP: nothing
	RuleBlackhole   RuleAction = 6 // FR_ACT_BLACKHOLE: drop the packet
	RuleUnreachable RuleAction = 7 // FR_ACT_UNREACHABLE: drop it, and say that the network is unreachable
	RuleProhibit    RuleAction = 8 // FR_ACT_PROHIBIT: drop it, and say that it is prohibited
)

// ruleActions are the words of ip-rule(8) for actions. libnl's dumps take the number for a route type's.
var ruleActions = map[RuleAction]string{
	RuleLookup: "lookup", RuleGoto: "goto", RuleNop: "nop", RuleBlackhole: "blackhole", RuleUnreachable: "unreachable", RuleProhibit: "prohibit",
}

// String returns the word of ip-rule(8) for the action, "lookup", or its number, "0x9".
func (a RuleAction) String() string {
	if s, ok := ruleActions[a]; ok {
		return s
	}
	return hexText(int(a))
}

// ParseRuleAction returns the action with this word, in any case, or number. A word that is not known is [ErrObjNotFound].
func ParseRuleAction(s string) (RuleAction, error) {
	const fn = "ParseRuleAction"
	for a, word := range ruleActions {
		if strings.EqualFold(s, word) {
			return a, nil
		}
	}
	n, err := strconv.ParseUint(s, 0, 32)
	switch {
	case err != nil:
		return 0, textErr(fn, ErrObjNotFound, s)
	case n > math.MaxUint8:
		return 0, textErr(fn, ErrRange, s)
	}
	return RuleAction(n), nil
}
