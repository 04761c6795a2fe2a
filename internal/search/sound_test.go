package search

import "testing"

func TestHowACharacterSounds(t *testing.T) {
	for _, alike := range []string{"身生", "是四", "诫戒介", "令另", "法发", "昏婚"} {
		runes := []rune(alike)
		for _, r := range runes[1:] {
			if sound(r) != sound(runes[0]) || sound(r) == "" {
				t.Errorf("%c sounds %q, %c %q", r, sound(r), runes[0], sound(runes[0]))
			}
		}
	}
	for _, apart := range []string{"风灯", "山三千", "打他", "黄王", "光关"} {
		runes := []rune(apart)
		if sound(runes[len(runes)-1]) == sound(runes[0]) {
			t.Errorf("%s sound alike: %q", apart, sound(runes[0]))
		}
	}
	for _, r := range "a1，👩é　" {
		if got := sound(r); got != "" {
			t.Errorf("%c sounds %q", r, got)
		}
	}
}

// Ignored words take no part in a correction, and words of the list are never corrected.
func TestWhatIsNotCorrected(t *testing.T) {
	s, _ := staged(t, situationWords+"# 屋顶 sounds like 五顶\n")
	nobody := func(string) bool { return false }
	for written, want := range map[string]string{
		"告戒": "告诫", // negative control: this is corrected
		"想方": "想方", // not 想放: 想 is an ignored word
		"屋顶": "屋顶",
	} {
		if got := s.sounds.correct(written, nobody); got != want {
			t.Errorf("correct(%s) = %s, want %s", written, got, want)
		}
	}
	s, _ = staged(t, "words: [{say: [屋丁], lead: [malan]}]\ngroups: {a: [屋顶]}\nscenes: [{when: [a], lead: [xique]}]")
	if got := s.sounds.correct("屋顶", nobody); got != "屋顶" {
		t.Errorf("a word of the list is heard as %s", got)
	}
	if got := s.sounds.correct("五顶", nobody); got != "屋丁" {
		t.Errorf("negative control: 五顶 is heard as %s", got)
	}
}

func TestOfTwoWordsThatSoundTheSameTheFirstIsUsed(t *testing.T) {
	s := sounds{words: map[string]string{}}
	for _, word := range []string{"风筝", "丰争", "灯", "ab", "风a"} {
		s.add(word)
	}
	if len(s.words) != 1 || s.longest != 2 {
		t.Errorf("known by sound: %v", s.words)
	}
	if got := s.correct("峰正ab", func(string) bool { return false }); got != "风筝ab" {
		t.Errorf("heard %s", got)
	}
}
