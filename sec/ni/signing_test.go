package ni

import (
	"cutout/internal/api"
	"net/url"
)

// stranger's names: an account of the second world alone, one of neither. The name of an account that was tried often
// lately has to wait whether or not it exists: that it was tried is a declared leak (THREATS.md).
var someNames = []string{"late", "nobody-here", "admin"}

// pageSigning is what the low officer does about his own session, at the end: each answer, each cookie, each redirect.
func pageSigning(p *twin, low string) (out []request) {
	post := func(path string, v url.Values) { out = append(out, request{"POST", path, v.Encode(), formKind}) }
	get := func(path string) { out = append(out, request{"GET", path, "", ""}) }
	x := p.samples()
	get("/signin")
	get("/passphrase")
	post("/language", url.Values{"language": {"ar"}, "back": {"/sources/" + x["src"][hiddenOld]}})
	get("/")
	post("/language", url.Values{"language": {"en"}, "back": {"//elsewhere"}})
	post("/theme", url.Values{"theme": {"dark"}})
	post("/passphrase", url.Values{"old_passphrase": {"not the passphrase"}, "passphrase": {"another passphrase"}, "passphrase_again": {"another passphrase"}})
	post("/passphrase", url.Values{"old_passphrase": {string(pass(low))}, "passphrase": {string(pass(low))}, "passphrase_again": {string(pass(low))}})
	get("/")
	post("/signout", nil)
	for _, v := range []variant{visible, hiddenOld, hiddenNew, random, malformed} { // signed out: one answer for all
		get("/reports/" + x["rep"][v])
		post("/notices/"+x["ntc"][v]+"/answer", url.Values{"response": {"noted"}})
	}
	for _, name := range someNames {
		out = append(out, signInForm(name, []byte("not the passphrase")))
	}
	return append(out, signInForm(low, []byte("not the passphrase")))
}

// machineSigning is the same at the interface.
func machineSigning(p *twin, low string) (out []request) {
	ask := func(method, path, body string) { out = append(out, request{method, api.Prefix + path, body, jsonKind}) }
	x := p.samples()
	ask("GET", "/session", "")
	ask("PUT", "/session/passphrase", `{"old":"not the passphrase","new":"another passphrase"}`)
	ask("DELETE", "/session", "")
	for _, v := range []variant{visible, hiddenOld, hiddenNew, random, malformed} {
		ask("GET", "/reports/"+x["rep"][v], "")
		ask("POST", "/notices/"+x["ntc"][v]+"/responses", `{"response":"noted"}`)
	}
	for _, name := range someNames {
		out = append(out, signInBody(name, []byte("not the passphrase")))
	}
	return append(out, signInBody(low, []byte("not the passphrase")))
}
