//go:build !nopolicy

package casework

// policy is off in one build, which nobody ships: the tests of promise P3 delete every check of this package with it and
// show that an identity stays closed all the same, because what is missing then is key material and not permission.
const policy = true
