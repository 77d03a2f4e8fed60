//go:build nopolicy

package casework

const policy = false
