package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pugongying/content"
	"pugongying/internal/civil"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
)

// contentCommand works on the content folder of the source tree it is run in; outside of one, check looks at what is in
// the binary. Export and import take a classroom's texts out of a data folder and bring such texts in.
type contentCommand struct {
	Export   contentExport   `cmd:""`
	Import   contentImport   `cmd:""`
	Check    contentCheck    `cmd:""`
	Manifest contentManifest `cmd:""`
	Pin      contentPin      `cmd:""`
}

// contentTree is content and the folder it was read from.
type contentTree struct {
	from   fs.FS
	items  []publish.Shipped
	inTree bool // read from the source tree
}

var manifestPath = filepath.Join("content", content.ManifestFile)

func readContent() (contentTree, error) {
	t := contentTree{from: content.Files()}
	if _, err := os.Stat(manifestPath); err == nil {
		t.from, t.inTree = os.DirFS("content"), true
	}
	var err error
	t.items, err = content.Read(t.from)
	return t, err
}

// readSourceTree is readContent where only the source tree will do.
func readSourceTree() (contentTree, error) {
	t, err := readContent()
	if err == nil && !t.inTree {
		err = errors.New("要在源码目录里运行：找不到 content/manifest.yaml")
	}
	return t, err
}

type contentManifest struct{}

// Run writes the manifest of hashes, which approves what may go live.
func (contentManifest) Run(in *invocation) error {
	t, err := readSourceTree()
	if err != nil {
		return err
	}
	before, err := content.ReadManifest(t.from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(manifestPath, content.MakeManifest(before, t.items), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：%d 份内容\n", manifestPath, len(t.items))
	return err
}

type contentPin struct {
	Folder string `arg:""`
}

// Run writes down what every provision that content cites says in a folder of official texts.
func (p contentPin) Run(ctx context.Context, in *invocation) error {
	t, err := readSourceTree()
	if err != nil {
		return err
	}
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	cites, err := content.Cited(t.items, laws)
	if err != nil {
		return err
	}
	texts, err := content.ReadTexts(ctx, os.DirFS(p.Folder), laws, nil, civil.DayOf(time.Now()))
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

type contentCheck struct {
	Laws string `help:"法律文件夹：逐条核对引用" placeholder:"法律文件夹"`
}

// Run reads every item as the server would and names every one it would refuse; with a folder of laws it also
// looks every citation up there.
func (c contentCheck) Run(ctx context.Context, in *invocation) error {
	shipped, err := readContent()
	if err != nil {
		return err
	}
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	var faults []error
	render := markdown.New()
	for _, item := range shipped.items {
		if err := operate.Readable(item, laws, render); err != nil {
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
	if err := folder(c.Laws); err != nil {
		return err
	}
	cited, err := checkCitations(ctx, shipped, laws, c.Laws)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%d 份内容都读得懂，引用的法律都在册，清单是新的，%s\n", len(shipped.items), cited)
	return err
}

// checkCitations checks every citation and reports what it checked.
func checkCitations(ctx context.Context, shipped contentTree, laws *law.Register, folder string) (string, error) {
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
