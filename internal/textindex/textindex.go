// Package textindex turns text in Arabic, English or any language into index terms, answers queries over such terms, cuts
// snippets, measures how alike two texts are, and says which control characters a text may hold.
//
// It is pure: it never touches a database, never reads a clock, never counts over a corpus (a score that did would tell one
// reader about texts he may not see), and never changes the text it is given. What it derives is for finding only; the
// original stays as evidence and is what people are shown.
//
// # What the store should index
//
// One posting space holds, per text, the terms of [IndexTerms]: every word's light stem behind the letter w and, for Arabic
// words, the extended stem behind the letter x. Plain forms are not indexed: a word equal to another has the same light
// stem, so a quoted phrase is first narrowed by light stems and then verified by [Query.Match] on the text itself.
//
// A term holds no space and no ASCII character but a-z and 0-9, and is at most [MaxTermBytes] long. Terms may hold letters
// of every script, so the receiving engine must not split or fold them again: in SQLite FTS5 use tokenize='ascii' (every
// byte above 127 belongs to the token; unicode61 would split letters younger than its tables, and a split token is a phrase,
// which detail=none refuses); in PostgreSQL use text[] with a GIN index, or array_to_tsvector. A scope prefix such as l17
// may be put directly before a term: l17wport. Contentless FTS5 tables with detail=none cannot rank with bm25 (all scores are
// equal, measured); rank a capped newest window with [Query.Score] instead.
package textindex

// Limits of what is taken and made. They hold for every text, so that index and query cut alike.
const (
	// MaxTextBytes is the longest prose CheckText ever admits: 10 MB (10·2^20 bytes).
	MaxTextBytes = 10 << 20
	// MaxIdentifierBytes is the longest identifier or file name, the limit of common file systems.
	MaxIdentifierBytes = 255
	// MaxTermBytes is the longest index term with its prefix letter; longer stems are cut at a letter.
	MaxTermBytes = 40
	// MaxIndexTerms is the most distinct terms one text gives: more than a natural text of 1 MB has, and as many as one
	// PostgreSQL tsvector holds (about 1 MB of lexemes, each written plain and with its label).
	MaxIndexTerms = 20_000
	// MaxQueryWords is the most words of one query, question words not counted.
	MaxQueryWords = 32
	// MaxQueryBytes is the longest query text.
	MaxQueryBytes = 2000
)

// maxWordBytes is where a normalized word is cut. It leaves room for affixes that stemming removes from a term.
const maxWordBytes = 64
