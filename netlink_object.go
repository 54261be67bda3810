//go:build linux && cgo

// SPDX-License-Identifier: MIT

package libnl

// HandleObject is [NetLink.Handle] for a handler that takes the object in the message: HandleObject(n, RTMNewLink, func(e *Event, l *Link)
// error { ... }). The object is lent as the event is. What cannot be parsed, and an object of another type than O, which is
// [ErrObjMismatch], end the delivery.
func HandleObject[O Kind](n *NetLink, t MsgType, fn func(*Event, O) error) error {
	if fn == nil {
		return argErr("HandleObject", "nil handler")
	}
	return n.Handle(t, func(e *Event) error {
		o, err := e.Object()
		if err != nil {
			return err
		}
		k, ok := As[O](o)
		if !ok {
			return &Error{Func: "HandleObject", Code: ErrObjMismatch, Msg: "the message holds a " + o.TypeName()}
		}
		return fn(e, k)
	})
}
