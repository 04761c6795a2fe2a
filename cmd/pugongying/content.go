package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pugongying/content"
	"pugongying/internal/civil"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// errContentWords says how content is called.
var errContentWords = errors.New("写 content check [--laws 法律文件夹]、content manifest 或 content pin 法律文件夹")

// contentCommand works on the content folder of the source tree it is run in; outside of one, check looks at what is in
// the binary.
func contentCommand(ctx context.Context, in invocation) error {
	word, folder, err := contentWords(in.args)
	if err != nil {
		return err
	}
	path := filepath.Join("content", content.ManifestFile)
	from, inTree := content.Files(), false
	if _, err := os.Stat(path); err == nil {
		from, inTree = os.DirFS("content"), true
	}
	items, err := content.Read(from)
	if err != nil {
		return err
	}
	switch {
	case word == "check":
		return checkContent(ctx, in, shippedFrom{from, items}, folder)
	case !inTree:
		return errors.New("要在源码目录里运行：找不到 content/manifest.yaml")
	case word == "pin":
		return pinContent(ctx, in, items, folder)
	}
	before, err := content.ReadManifest(from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, content.MakeManifest(before, items), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：%d 份内容\n", path, len(items))
	return err
}

// contentWords reads check [--laws FOLDER], manifest, and pin FOLDER.
func contentWords(args []string) (word, folder string, err error) {
	switch {
	case len(args) == 1 && (args[0] == "check" || args[0] == "manifest"):
		return args[0], "", nil
	case len(args) == 3 && args[0] == "check" && args[1] == "--laws":
		return args[0], args[2], nil
	case len(args) == 2 && args[0] == "check" && strings.HasPrefix(args[1], "--laws="):
		return args[0], strings.TrimPrefix(args[1], "--laws="), nil
	case len(args) == 2 && args[0] == "pin":
		return args[0], args[1], nil
	}
	return "", "", errContentWords
}

// pinContent writes down what every provision that content cites says in a folder of official texts.
func pinContent(ctx context.Context, in invocation, items []publish.Shipped, folder string) error {
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	cites, err := content.Cited(items, laws)
	if err != nil {
		return err
	}
	texts, err := content.ReadTexts(ctx, os.DirFS(folder), laws, nil, civil.DayOf(time.Now()))
	if err != nil {
		return err
	}
	pins, err := texts.Pin(ctx, cites)
	if err != nil {
		return err
	}
	path := filepath.Join("content", content.PinsFile)
	if err := os.WriteFile(path, content.MakePins(pins), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：钉住了 %d 处引用\n", path, len(pins))
	return err
}

// shippedFrom is content and the folder it was read from.
type shippedFrom struct {
	from  fs.FS
	items []publish.Shipped
}

// checkContent reads every item as the server would and names every one it would refuse; with a folder of laws it also
// looks every citation up there.
func checkContent(ctx context.Context, in invocation, shipped shippedFrom, folder string) error {
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	var faults []error
	render := markdown.New()
	for _, item := range shipped.items {
		if err := readable(item, laws, render); err != nil {
			faults = append(faults, fmt.Errorf("%s %s：%w", item.Kind, item.ID, err))
		}
	}
	manifest, err := fs.ReadFile(shipped.from, content.ManifestFile)
	before, err2 := content.ReadManifest(shipped.from)
	if err != nil || err2 != nil || string(manifest) != string(content.MakeManifest(before, shipped.items)) {
		faults = append(faults, errors.New("清单不是这些内容的：通读以后运行 pugongying content manifest"))
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	cited, err := checkCitations(ctx, shipped, laws, folder)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%d 份内容都读得懂，引用的法律都在册，清单是新的，%s\n", len(shipped.items), cited)
	return err
}

// checkCitations says what it looked at.
func checkCitations(ctx context.Context, shipped shippedFrom, laws *law.Register, folder string) (string, error) {
	cites, err := content.Cited(shipped.items, laws)
	if err != nil {
		return "", err
	}
	pins, err := content.ReadPins(shipped.from)
	if err != nil {
		return "", err
	}
	faults := content.Unpinned(cites, pins)
	if folder == "" {
		return fmt.Sprintf("%d 处引用都钉住了原文（没有给法律文件夹，没有逐条核对）", len(cites)), errors.Join(faults...)
	}
	started := time.Now()
	texts, err := content.ReadTexts(ctx, os.DirFS(folder), laws, pins, civil.DayOf(time.Now()))
	if err != nil {
		return "", err
	}
	faults = append(faults, texts.Check(ctx, cites)...)
	return fmt.Sprintf("%d 处引用都在原文里找到、和钉住的一样（%.2f 秒）", len(cites), time.Since(started).Seconds()), errors.Join(faults...)
}

func readable(item publish.Shipped, laws *law.Register, render explainer.Renderer) error {
	switch item.Kind {
	case publish.KindExplainer:
		e, err := explainer.Parse(item.Body)
		if err != nil {
			return err
		}
		_, _, err = explainer.Compose(e, laws, render)
		return err
	case publish.KindQuestion:
		_, err := quiz.Parse(item.Body, laws)
		return err
	default:
		_, err := quiz.ParseTopic(item.Body)
		return err
	}
}
