//go:build !unix

package witness

// lockFile does nothing here: a witness's directory is then for one process at a time.
func lockFile(string) (release func(), err error) { return func() {}, nil }
