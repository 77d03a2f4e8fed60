package main

import (
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

func (c *versionCommand) Run(s *session) error {
	built := ""
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, v := range b.Settings {
			if v.Key == "vcs.revision" {
				built = v.Value
			}
		}
	}
	return s.show(row{text("version", version), text("go", runtime.Version()), text("system", runtime.GOOS+"/"+runtime.GOARCH), text("revision", built)}, nil)
}
