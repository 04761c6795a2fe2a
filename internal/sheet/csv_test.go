package sheet

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestReadCSV(t *testing.T) {
	gbk := func(s string) string {
		out, err := simplifiedchinese.GBK.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := [][]string{{"题目", "答案"}, {"谁，在？\n还有呢", "A"}}
	for name, text := range map[string]string{
		"UTF-8": "题目,答案\n\"谁，在？\n还有呢\",A\n", "with its mark": "\ufeff题目,答案\r\n\"谁，在？\n还有呢\",A\r\n",
		"GBK": gbk("题目,答案\r\n\"谁，在？\n还有呢\",A\r\n"), "tabs": "题目\t答案\n\"谁，在？\n还有呢\"\tA", "semicolons": "题目;答案\n\"谁，在？\n还有呢\";A",
	} {
		if got, err := ReadCSV("题", []byte(text)); err != nil || !reflect.DeepEqual(got, Table{Name: "题", Rows: want}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"no encoding": {"题目,答\x80\xff案\n", ErrEncoding}, "many rows": {strings.Repeat("x\n", MaxRows+1), ErrTooLarge},
		"many bytes": {strings.Repeat("x", MaxFile+1), ErrTooLarge},
	} {
		if _, err := ReadCSV("题", []byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
