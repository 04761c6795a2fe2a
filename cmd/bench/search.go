package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"

	"pugongying/cmd/internal/app"
	"pugongying/content"
	"pugongying/internal/api"
	"pugongying/internal/operate"
)

const (
	searchClients = 8
	searchPath    = api.Base + "/search?q="
)

// searches sends a real server what residents type, and compares with a published read that is answered from prepared
// bytes.
func (b *bench) searches(ctx context.Context) ([]row, error) {
	if _, err := os.Stat(b.laws); err != nil {
		return nil, fmt.Errorf("没有法律全文：%s（用 --laws 指一个目录）", b.laws)
	}
	data, err := fs.ReadFile(content.Files(), "searches.yaml")
	if err != nil {
		return nil, err
	}
	asks, err := operate.ReadPhrasings(data)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(b.scratch, "search")
	b.say("收进法律全文")
	if printed, err := exec.CommandContext(ctx, b.binary, "law", "import", b.laws, "--data", folder).CombinedOutput(); err != nil && len(printed) == 0 {
		return nil, fmt.Errorf("law import：%w", err)
	}
	server, err := b.serveOurs(ctx, anyCore, folder)
	if err != nil {
		return nil, err
	}
	defer server.end()
	var next atomic.Int64
	call := func(int) error {
		s := asks[int(next.Add(1))%len(asks)]
		_, err := get(ctx, "http://"+server.address+searchPath+url.QueryEscape(s.Ask), nil)
		return err
	}
	home := func(int) error {
		_, err := get(ctx, "http://"+server.address+homePath, nil)
		return err
	}
	var found, read, worked []float64
	for round := range b.rounds {
		b.say("搜索 第 %d/%d 轮", round+1, b.rounds)
		before := server.cpu()
		t, err := forAWhile(searchClients, b.turn, call)
		if err != nil {
			return nil, err
		}
		found = append(found, percentile(95, t.calls))
		worked = append(worked, (server.cpu()-before).Seconds()*1000/float64(len(t.calls)))
		if t, err = forAWhile(searchClients, b.turn/4, home); err != nil {
			return nil, err
		}
		read = append(read, percentile(95, t.calls))
	}
	now, _, err := server.memory()
	return []row{
		compared(fmt.Sprintf("%d 种问法，p95（对照：读首页）", len(asks)), "ms", found, read).needs(atMost(20)),
		{name: "  一次占处理器", unit: "ms", ours: median(worked)},
		{name: "  索引在盘上", unit: "MB", ours: float64(folderSize(filepath.Join(folder, app.SearchFolder))) / 1e6},
		{name: "  服务器占内存", unit: "MB", ours: now},
	}, err
}

// folderSize is the bytes of the files under a folder.
func folderSize(folder string) int64 {
	total := int64(0)
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}
