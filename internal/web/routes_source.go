package web

// sourceRoutes are the watch and everything about sources and their authorities.
var sourceRoutes = []Route{
	{Method: "GET", Pattern: "/{$}", Handler: (*Server).watch, Name: "watch"},
	{Method: "GET", Pattern: "/watch", Handler: (*Server).watch, Name: "watch.again"},
	{Method: "GET", Pattern: "/findings", Handler: (*Server).answerFinding, Name: "finding"},
	{Method: "POST", Pattern: "/findings", Handler: (*Server).answerFinding, Name: "finding.answer", Limit: 64 << 10},

	{Method: "GET", Pattern: "/sources", Handler: (*Server).sources, Name: "sources"},
	{Method: "GET", Pattern: "/sources/new", Handler: (*Server).newSource, Name: "source.new"},
	{Method: "POST", Pattern: "/sources/new", Handler: (*Server).newSource, Name: "source.register"},
	{Method: "GET", Pattern: "/sources/{id}", Handler: (*Server).source, Name: "source"},
	{Method: "GET", Pattern: "/sources/{id}/access", Handler: (*Server).source, Name: "source.access"},
	{Method: "GET", Pattern: "/sources/{id}/contacts", Handler: (*Server).source, Name: "source.contacts"},
	{Method: "GET", Pattern: "/sources/{id}/reports", Handler: (*Server).source, Name: "source.reports"},
	{Method: "GET", Pattern: "/sources/{id}/authority", Handler: (*Server).source, Name: "source.authority"},
	{Method: "GET", Pattern: "/sources/{id}/roles", Handler: (*Server).source, Name: "source.roles"},
	{Method: "GET", Pattern: "/sources/{id}/notices", Handler: (*Server).source, Name: "source.notices"},
	{Method: "GET", Pattern: "/sources/{id}/log", Handler: (*Server).source, Name: "source.log"},
	{Method: "GET", Pattern: "/sources/{id}/edit", Handler: (*Server).editSource, Name: "source.edit"},
	{Method: "POST", Pattern: "/sources/{id}/edit", Handler: (*Server).editSource, Name: "source.revise"},
	{Method: "GET", Pattern: "/sources/{id}/assign", Handler: (*Server).assign, Name: "source.assign.form"},
	{Method: "POST", Pattern: "/sources/{id}/assign", Handler: (*Server).assign, Name: "source.assign", Limit: smallLimit},
	{Method: "GET", Pattern: "/sources/{id}/relieve", Handler: (*Server).relieve, Name: "source.relieve.form"},
	{Method: "POST", Pattern: "/sources/{id}/relieve", Handler: (*Server).relieve, Name: "source.relieve", Limit: smallLimit},
	{Method: "GET", Pattern: "/sources/{id}/role", Handler: (*Server).addRole, Name: "source.role.form"},
	{Method: "POST", Pattern: "/sources/{id}/role", Handler: (*Server).addRole, Name: "source.role"},
	{Method: "GET", Pattern: "/sources/{id}/event", Handler: (*Server).addEvent, Name: "source.event.form"},
	{Method: "POST", Pattern: "/sources/{id}/event", Handler: (*Server).addEvent, Name: "source.event"},
	{Method: "GET", Pattern: "/sources/{id}/identity", Handler: (*Server).openIdentity, Name: "identity.form"},
	{Method: "POST", Pattern: "/sources/{id}/identity", Handler: (*Server).openIdentity, Name: "identity.open", Limit: 64 << 10},

	{Method: "GET", Pattern: "/sources/{id}/authority/new", Handler: (*Server).newAuthority, Name: "authority.form"},
	{Method: "POST", Pattern: "/sources/{id}/authority/new", Handler: (*Server).newAuthority, Name: "authority.decide"},
	{Method: "GET", Pattern: "/authorities/{id}", Handler: (*Server).authority, Name: "authority"},
	{Method: "GET", Pattern: "/authorities/{id}/review", Handler: (*Server).reviewAuthority, Name: "authority.review.form"},
	{Method: "POST", Pattern: "/authorities/{id}/review", Handler: (*Server).reviewAuthority, Name: "authority.review"},
	{Method: "GET", Pattern: "/authorities/{id}/cancel", Handler: (*Server).cancelAuthority, Name: "authority.cancel.form"},
	{Method: "POST", Pattern: "/authorities/{id}/cancel", Handler: (*Server).cancelAuthority, Name: "authority.cancel"},
}

// workRoutes are contacts, requirements and parties.
var workRoutes = []Route{
	{Method: "GET", Pattern: "/contacts", Handler: (*Server).contacts, Name: "contacts"},
	{Method: "GET", Pattern: "/contacts/new", Handler: (*Server).planContact, Name: "contact.new"},
	{Method: "POST", Pattern: "/contacts/new", Handler: (*Server).planContact, Name: "contact.plan"},
	{Method: "GET", Pattern: "/contacts/record", Handler: (*Server).recordContact, Name: "contact.unplanned"},
	{Method: "POST", Pattern: "/contacts/record", Handler: (*Server).recordContact, Name: "contact.unplanned.record"},
	{Method: "GET", Pattern: "/contacts/{id}", Handler: (*Server).contact, Name: "contact"},
	{Method: "GET", Pattern: "/contacts/{id}/record", Handler: (*Server).recordContact, Name: "contact.record.form"},
	{Method: "POST", Pattern: "/contacts/{id}/record", Handler: (*Server).recordContact, Name: "contact.record"},

	{Method: "GET", Pattern: "/requirements", Handler: (*Server).requirements, Name: "requirements"},
	{Method: "GET", Pattern: "/requirements/new", Handler: (*Server).newRequirement, Name: "requirement.new"},
	{Method: "POST", Pattern: "/requirements/new", Handler: (*Server).newRequirement, Name: "requirement.state"},
	{Method: "GET", Pattern: "/requirements/{id}", Handler: (*Server).requirement, Name: "requirement"},
	{Method: "GET", Pattern: "/requirements/{id}/edit", Handler: (*Server).editRequirement, Name: "requirement.edit"},
	{Method: "POST", Pattern: "/requirements/{id}/edit", Handler: (*Server).editRequirement, Name: "requirement.restate"},
	{Method: "GET", Pattern: "/requirements/{id}/task", Handler: (*Server).giveTask, Name: "task.form"},
	{Method: "POST", Pattern: "/requirements/{id}/task", Handler: (*Server).giveTask, Name: "task.give"},

	{Method: "GET", Pattern: "/network", Handler: (*Server).parties, Name: "network"},
	{Method: "GET", Pattern: "/parties", Handler: (*Server).parties, Name: "parties"},
	{Method: "GET", Pattern: "/parties/new", Handler: (*Server).newParty, Name: "party.new"},
	{Method: "POST", Pattern: "/parties/new", Handler: (*Server).newParty, Name: "party.add"},
}
