//go:build nopolicy

package promises

const policyHolds = false
