package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/day"
)

// openDays are the fields that hold a day which may never come: then nothing is said of them.
var openDays = []string{"status_expires", "adult_on", "sixteen_on", "purge", "review_by", "next_by", "due", "latest_of_value", "next_on", "cleared"}

// written lists everything a record says, field by field, under the names its file form has: what a person reads here he
// can write in a file and hand in.
func written(record any) ([][]string, error) {
	b, err := plainJSON(record)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var lines [][]string
	err = fieldsOf(d, "", &lines)
	if err == io.EOF {
		err = nil
	}
	return lines, err
}

// fieldsOf reads one JSON value and adds a line for each plain value in it that says something.
func fieldsOf(d *json.Decoder, at string, lines *[][]string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	under := func(name string) string {
		if at == "" {
			return name
		}
		return at + "." + name
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			for d.More() {
				name, err := d.Token()
				if err != nil {
					return err
				}
				if err := fieldsOf(d, under(fmt.Sprint(name)), lines); err != nil {
					return err
				}
			}
		} else {
			for n := 1; d.More(); n++ {
				if err := fieldsOf(d, under(strconv.Itoa(n)), lines); err != nil {
					return err
				}
			}
		}
		_, err = d.Token()
		return err
	case nil:
	case string:
		name := at[strings.LastIndexByte(at, '.')+1:]
		if v != "" && !(v == day.Never.String() && slices.Contains(openDays, name)) {
			*lines = append(*lines, []string{at, clean(v)})
		}
	default:
		*lines = append(*lines, []string{at, fmt.Sprint(v)})
	}
	return nil
}
