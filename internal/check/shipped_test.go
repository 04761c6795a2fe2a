package check_test

import (
	"context"
	"testing"

	"pugongying/content"
	"pugongying/internal/check"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// everything is there, and WeChat passes all.
type everything struct{}

func (everything) Question(string) bool                               { return true }
func (everything) Explainer(string) bool                              { return true }
func (everything) Public(string) bool                                 { return false }
func (everything) Text(context.Context, string) (check.Advice, error) { return check.Pass, nil }

// TestShippedContentIsNotBlocked runs the checks over all that ships, which people wrote with care: nothing of it blocks, and
// few questions are asked.
func TestShippedContentIsNotBlocked(t *testing.T) {
	laws, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	c := check.New(check.Parts{Laws: law.Fixed(laws), Links: everything{}, Safety: everything{}})
	count, asked := map[string]int{}, 0
	for _, item := range items {
		found, err := c.Check(context.Background(), item.Kind, item.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			count[f.Code]++
			if f.Severity == publish.Blocks {
				t.Errorf("%s %s: %+v", item.Kind, item.ID, f)
			}
			if f.Severity == publish.Asks {
				asked++
				t.Logf("%s %s: %+v", item.Kind, item.ID, f)
			}
		}
	}
	t.Logf("%d texts, %d questions asked: %v", len(items), asked, count)
	if asked > len(items)/10 {
		t.Errorf("%d questions are asked of %d texts that people checked", asked, len(items))
	}
}
