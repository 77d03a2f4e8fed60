package web

// accountRoutes are the ways to sign in, one's own and, for the administrator, those of others.
var accountRoutes = []Route{
	{Method: "POST", Pattern: "/signin/passkey/question", Handler: (*Server).askPasskey, Public: true, Name: "signin.passkey.question", Limit: smallLimit},
	{Method: "POST", Pattern: "/signin/passkey", Handler: (*Server).signInByPasskey, Public: true, Name: "signin.passkey", Limit: smallLimit},
	{Method: "GET", Pattern: "/signin/provider", Handler: (*Server).askProvider, Public: true, Name: "signin.provider"},
	{Method: "GET", Pattern: "/signin/provider/back", Handler: (*Server).signInByProvider, Public: true, Name: "signin.provider.back"},
	{Method: "GET", Pattern: "/present", Handler: (*Server).presence, Name: "present.form"},
	{Method: "POST", Pattern: "/present", Handler: (*Server).prove, Name: "present", Limit: formLimit + 2*answerLimit},

	{Method: "GET", Pattern: "/account", Handler: (*Server).account, Name: "account"},
	{Method: "POST", Pattern: "/account/passkeys/question", Handler: (*Server).askNewPasskey, Name: "passkey.question", Limit: smallLimit},
	{Method: "POST", Pattern: "/account/passkeys", Handler: (*Server).addPasskey, Name: "passkey.add", Limit: answerLimit},
	{Method: "POST", Pattern: "/account/passkeys/{ref}/remove", Handler: (*Server).removePasskey, Name: "passkey.remove", Limit: smallLimit},
	{Method: "GET", Pattern: "/account/codes", Handler: (*Server).codes, Name: "codes.form"},
	{Method: "POST", Pattern: "/account/codes", Handler: (*Server).codes, Name: "codes.add", Limit: smallLimit},
	{Method: "POST", Pattern: "/account/codes/remove", Handler: (*Server).removeCodes, Name: "codes.remove", Limit: smallLimit},
	{Method: "POST", Pattern: "/account/codes/recovery", Handler: (*Server).renewRecovery, Name: "codes.recovery", Limit: smallLimit},
	{Method: "POST", Pattern: "/account/sessions/end-others", Handler: (*Server).endOthers, Name: "session.end-others", Limit: smallLimit},
	{Method: "POST", Pattern: "/account/sessions/{ref}/end", Handler: (*Server).endSession, Name: "session.end", Limit: smallLimit},

	{Method: "GET", Pattern: "/officers", Handler: (*Server).doors, Name: "officers"},
	{Method: "GET", Pattern: "/officers/{id}/bind", Handler: (*Server).bind, Name: "officer.bind.form"},
	{Method: "POST", Pattern: "/officers/{id}/bind", Handler: (*Server).bind, Name: "officer.bind", Limit: smallLimit},
	{Method: "POST", Pattern: "/officers/{id}/unbind", Handler: (*Server).unbind, Name: "officer.unbind", Limit: smallLimit},
	{Method: "POST", Pattern: "/officers/{id}/end-sessions", Handler: (*Server).endSessionsOf, Name: "officer.end-sessions", Limit: smallLimit},
	{Method: "POST", Pattern: "/officers/{id}/forget-factors", Handler: (*Server).forgetFactors, Name: "officer.forget-factors", Limit: smallLimit},
}

// answerLimit is the bytes of a form that carries what an authenticator answered.
const answerLimit = 64 << 10
