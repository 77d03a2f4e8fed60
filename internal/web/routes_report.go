package web

import "slices"

// reportRoutes are reports, releases, products, notices, search and oversight.
var reportRoutes = slices.Concat(reportPages, releasePages, inboxPages, productPages, noticePages, searchPages, oversightPages)
