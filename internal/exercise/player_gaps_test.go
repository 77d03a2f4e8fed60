package exercise

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"cutout/internal/exercise/casefile"
)

// gappy takes keys out of a case, or makes them an explicit null, as old files have them: a file may say as little as it likes.
func gappy(t testing.TB, text []byte, r *rand.Rand) []byte {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var thin func(n *yaml.Node, deep bool)
	thin = func(n *yaml.Node, deep bool) {
		if n.Kind == yaml.MappingNode && deep {
			for i := 0; i+1 < len(n.Content); {
				key := n.Content[i].Value
				switch x := r.Float64(); {
				case key == "id":
				case x < 0.06:
					n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
					continue
				case x < 0.10 && n.Content[i+1].Kind == yaml.ScalarNode:
					n.Content[i+1] = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
				}
				i += 2
			}
		}
		for _, c := range n.Content {
			thin(c, deep || n.Kind == yaml.SequenceNode)
		}
	}
	thin(doc.Content[0], false)
	out, err := yaml.Marshal(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever a case leaves unsaid, it plays: the door refuses nothing of it. CUTOUT_GAPS sets how many gappy files are played.
func TestGaps(t *testing.T) {
	want, _ := strconv.Atoi(os.Getenv("CUTOUT_GAPS"))
	want = max(want, 4)
	texts := [][]byte{invented(t), caseText(t, "03-curveball.yaml"), invented(t), caseText(t, "02-penkovsky.yaml"), invented(t), caseText(t, "07-bulger-informant-oversight.yaml")}
	played := 0
	for seed := uint64(1); played < want && seed < uint64(20*want); seed++ {
		text := gappy(t, texts[seed%uint64(len(texts))], rand.New(rand.NewPCG(seed, 7)))
		p, err := ReplayFully(context.Background(), "gappy", bytes.NewReader(text), nil)
		var notOne *casefile.Error
		if errors.As(err, &notOne) {
			continue
		}
		played++
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		for _, u := range p.Untranslated {
			if i := strings.IndexByte(u.Why, ':'); i > 0 {
				t.Errorf("seed %d: %+v", seed, u)
			}
		}
	}
	if played < want {
		t.Errorf("only %d gappy files were cases", played)
	}
}
