package textindex

import "strings"

// Words of questions and of grammar, normalized, that a query drops unless nothing else is left. Left out on purpose: words
// that normalizing makes equal to a name (على and the name Ali are one word), and English words that are names, months or
// bodies (will, may, us).
var grammar = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		a about all also am an and any are as at be been being but by can could did do does doing during else ever for from get
		got had has have having he her hers him his how i if in into is it its itself many me much my of often on one or our s
		she should so some such than that the their them then there these they this those to too under upon was we were what
		whats when where whether which while who whom whose why with would you your
		من ما ماذا ماهي ماهو لماذا لما لم متي اين كيف كم هل اي ايه ايا بماذا بما بم مما عما عم فيما فيم الي في عن مع هو هي هم هما كان كانت
		يكون تكون ان انه انها التي الذي الذين اللذان اللتان اللواتي هذا هذه هذان ذلك تلك هناك قد او ثم لا لقد منذ حين عند عندما بعد
		قبل خلال بين كل بعض غير حتي اذا لو به بها له لها فيه فيها منه منها عنه عنها عليه عليها اليه اليها تم يتم`) {
		m[w] = true
	}
	return m
}()

// isGrammar also knows a word of the list behind و or ف, and is told whether the word is Arabic by its first letter.
func isGrammar(plain string) bool {
	if grammar[plain] {
		return true
	}
	rest, ok := strings.CutPrefix(plain, "و")
	if !ok {
		rest, ok = strings.CutPrefix(plain, "ف")
	}
	return ok && letters(rest) >= 2 && grammar[rest]
}
