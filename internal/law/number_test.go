package law

import "testing"

func TestEveryNumeralReadsBack(t *testing.T) {
	for n := 1; n <= largest; n++ {
		written := Numeral(n)
		if got, ok := ParseNumber(written); !ok || got != n {
			t.Fatalf("ParseNumber(%s) = %d, %v, want %d", written, got, ok, n)
		}
	}
}

func TestNumeralWritesAsStatutesDo(t *testing.T) {
	for n, want := range map[int]string{
		1: "一", 10: "十", 11: "十一", 20: "二十", 23: "二十三", 100: "一百", 101: "一百零一", 110: "一百一十", 119: "一百一十九",
		200: "二百", 260: "二百六十", 1000: "一千", 1004: "一千零四", 1010: "一千零一十", 1040: "一千零四十", 1079: "一千零七十九",
		1100: "一千一百", 1260: "一千二百六十", 0: "", -1: "", 10000: "",
	} {
		if got := Numeral(n); got != want {
			t.Errorf("Numeral(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestParseNumberReadsWhatPeopleWrite(t *testing.T) {
	for written, want := range map[string]int{
		"1079": 1079, "１０７９": 1079, "一千〇七十九": 1079, "一千零七十九": 1079, "一〇七九": 1079, "一零七九": 1079,
		"10": 10, "十": 10, "一十": 10, "十五": 15, "二〇": 20, "两百六十": 260, "一百十": 110, "一百一十": 110, "二三": 23,
		"一百〇五": 105, "一 百 零 五": 105, "一千零十": 1010,
	} {
		if got, ok := ParseNumber(written); !ok || got != want {
			t.Errorf("ParseNumber(%s) = %d, %v, want %d", written, got, ok, want)
		}
	}
}

func TestParseNumberRefusesWhatIsNone(t *testing.T) {
	for _, written := range []string{
		"", "零", "〇", "0", "007", "12345", "一二三四五", "百", "千", "百百", "十十", "二十百", "一千一千", "二十三四", "一百零", "二百零十百",
		"廿三", "一百a", "1百", "abc", "-1", "1.5", "零二", "十零", "一百零零五", "零十", "一千二三", "第一",
	} {
		if got, ok := ParseNumber(written); ok {
			t.Errorf("ParseNumber(%q) = %d, want a refusal", written, got)
		}
	}
}
