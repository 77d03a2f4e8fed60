//go:build !nopolicy

package promises

const policyHolds = true
