package wording

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed en.toml ar.toml terms/*.toml
var catalogues embed.FS

// term is one message of the terms directory, both languages side by side.
type term struct{ En, Ar string }

// load reads both catalogues and all terms. A message given twice is an error, so that no file can quietly overrule
// another. Every language has a bundle of its own: a message missing in Arabic must show as missing, not in English.
func load(files fs.FS) (map[string]*Words, error) {
	terms, err := loadTerms(files)
	if err != nil {
		return nil, err
	}
	out := map[string]*Words{}
	for _, lang := range Languages() {
		tag := language.MustParse(lang)
		bundle := i18n.NewBundle(tag)
		bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
		raw, err := fs.ReadFile(files, lang+".toml")
		if err != nil {
			return nil, err
		}
		file, err := bundle.ParseMessageFileBytes(raw, lang+".toml")
		if err != nil {
			return nil, fmt.Errorf("%s.toml: %w", lang, err)
		}
		known := make(map[string]bool, len(file.Messages)+len(terms))
		for _, m := range file.Messages {
			if known[m.ID] {
				return nil, fmt.Errorf("%s.toml: %q is given twice", lang, m.ID)
			}
			known[m.ID] = true
		}
		for id, t := range terms {
			if known[id] {
				return nil, fmt.Errorf("%q is in %s.toml and in terms", id, lang)
			}
			known[id] = true
			text := t.En
			if lang == "ar" {
				text = t.Ar
			}
			if err := bundle.AddMessages(tag, &i18n.Message{ID: id, Other: text}); err != nil {
				return nil, fmt.Errorf("%s: %w", id, err)
			}
		}
		out[lang] = &Words{lang: lang, arabic: lang == "ar", say: i18n.NewLocalizer(bundle, lang), known: known}
	}
	return out, nil
}

// loadTerms reads every file of the terms directory.
func loadTerms(files fs.FS) (map[string]term, error) {
	names, err := fs.Glob(files, "terms/*.toml")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	all, from := map[string]term{}, map[string]string{}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		one := map[string]term{}
		meta, err := toml.Decode(string(raw), &one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		if extra := meta.Undecoded(); len(extra) > 0 {
			return nil, fmt.Errorf("%s: %v is no part of a term; write en and ar", path.Base(name), extra[0])
		}
		for id, t := range one {
			if other, ok := from[id]; ok {
				return nil, fmt.Errorf("%q is in %s and in %s", id, other, path.Base(name))
			}
			if t.En == "" || t.Ar == "" {
				return nil, fmt.Errorf("%s: %q needs both en and ar", path.Base(name), id)
			}
			all[id], from[id] = t, path.Base(name)
		}
	}
	return all, nil
}
