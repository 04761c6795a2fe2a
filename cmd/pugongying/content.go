package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"pugongying/content"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// contentCommand works on the content folder of the source tree it is run in; outside of one, check looks at what is in
// the binary.
func contentCommand(_ context.Context, in invocation) error {
	if len(in.args) != 1 {
		return errors.New("写 content check 或 content manifest")
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
	case in.args[0] == "check":
		return checkContent(in, from, items)
	case in.args[0] == "manifest" && inTree:
		if err := os.WriteFile(path, content.MakeManifest(items), 0o644); err != nil {
			return err
		}
		_, err := fmt.Fprintf(in.out, "%s：%d 份内容\n", path, len(items))
		return err
	case in.args[0] == "manifest":
		return errors.New("要在源码目录里运行：找不到 content/manifest.yaml")
	}
	return errors.New("写 content check 或 content manifest")
}

// checkContent reads every item as the server would and names every one it would refuse.
func checkContent(in invocation, from fs.FS, items []publish.Shipped) error {
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	var faults []error
	render := markdown.New()
	for _, item := range items {
		if err := readable(item, laws, render); err != nil {
			faults = append(faults, fmt.Errorf("%s %s：%w", item.Kind, item.ID, err))
		}
	}
	manifest, err := fs.ReadFile(from, content.ManifestFile)
	if err != nil || string(manifest) != string(content.MakeManifest(items)) {
		faults = append(faults, errors.New("清单不是这些内容的：通读以后运行 pugongying content manifest"))
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	_, err = fmt.Fprintf(in.out, "%d 份内容都读得懂，引用的法律都在册，清单是新的\n", len(items))
	return err
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
