package ni

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
)

// dump writes all that a porch could show of an answer: exported fields, and the times and authors that records tell.
func dump(v any) string {
	var b strings.Builder
	write(&b, reflect.ValueOf(v), 0)
	return b.String()
}

type dated interface {
	KnownFrom() time.Time
	Created() time.Time
	By() officer.ID
}

func write(b *strings.Builder, v reflect.Value, deep int) {
	if !v.IsValid() || deep > 30 {
		b.WriteString("nil")
		return
	}
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case time.Time:
			b.WriteString(x.UTC().Format(time.RFC3339Nano))
			return
		case identity.Person:
			fmt.Fprint(b, "person ", x.IsZero())
			return
		case error:
			writeError(b, x)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		write(b, v.Elem(), deep+1)
	case reflect.Struct:
		b.WriteByte('{')
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				b.WriteString(f.Name + ":")
				write(b, v.Field(i), deep+1)
				b.WriteByte(' ')
			}
		}
		if h, ok := v.Interface().(casework.Head); ok {
			var x dated = h
			fmt.Fprint(b, "known ", x.KnownFrom().UnixMicro(), " created ", x.Created().UnixMicro(), " by ", x.By())
		}
		b.WriteByte('}')
	case reflect.Map:
		var lines []string
		for _, k := range v.MapKeys() {
			var l strings.Builder
			write(&l, k, deep+1)
			l.WriteByte('=')
			write(&l, v.MapIndex(k), deep+1)
			lines = append(lines, l.String())
		}
		slices.Sort(lines)
		fmt.Fprint(b, lines)
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8 {
			if s, ok := v.Interface().(fmt.Stringer); ok {
				b.WriteString(s.String())
				return
			}
		}
		b.WriteByte('[')
		for i := range v.Len() {
			write(b, v.Index(i), deep+1)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case reflect.Func, reflect.Chan:
		b.WriteString(v.Kind().String())
	default:
		fmt.Fprint(b, v)
	}
}

func writeError(b *strings.Builder, err error) {
	var e *casework.Error
	if !errors.As(err, &e) {
		fmt.Fprintf(b, "error %T", err)
		return
	}
	fmt.Fprint(b, "error ", e.Kind, " ", e.Code, " ")
	params := map[string]string{}
	for k, v := range e.Params {
		if k != "Incident" { // a number drawn at random for the operator
			params[k] = v
		}
	}
	write(b, reflect.ValueOf(params), 0)
	write(b, reflect.ValueOf(e.Faults), 0)
	if e.Kind == casework.Internal { // no probe may ever make the program fail; the harness shows why it did
		fmt.Fprint(b, " cause ", errors.Unwrap(e))
	}
}
