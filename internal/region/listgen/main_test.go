package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestAListIsSortedAndCutToItsProvince(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"provinces.json": `[{"code":"15","name":"甲区"},{"code":"11","name":"京"}]`,
		"cities.json":    `[{"code":"1502","name":"丙盟"},{"code":"1501","name":"乙盟"},{"code":"1101","name":"x"}]`,
		"areas.json":     `[{"code":"150121","name":"丁旗"}]`,
		"streets.json":   `[{"code":"150121100","name":"戊苏木"}]`,
		"villages.json":  `[{"code":"150121100201","name":"己嘎查"}]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := read(dir, "15")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := write(&out, 2023, rows); err != nil {
		t.Fatal(err)
	}
	want := "2023\n15甲区\n\t01乙盟\n\t\t21丁旗\n\t\t\t100戊苏木\n\t\t\t\t201己嘎查\n\t02丙盟\n"
	if out.String() != want {
		t.Errorf("list =\n%s\nwant\n%s", out.String(), want)
	}
	if err := run(dir, "15", 2023, filepath.Join(dir, "out.gz")); err != nil {
		t.Errorf("run = %v", err)
	}
	if _, err := read(t.TempDir(), "15"); err == nil {
		t.Error("a folder without files was read")
	}
}
