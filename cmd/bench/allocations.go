package main

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"pugongying/internal/api"
)

// allocatedSubmissions is how many submissions are counted. Counting starts once the background work of the server is
// idle.
const allocatedSubmissions = 1000

// allocations counts what a submission allocates in each build's server, HTTP layer and background loops included, from
// the server's own metrics.
func (b *bench) allocations(ctx context.Context) ([]row, error) {
	if b.against == "" {
		return []row{{name: "一次交卷分配的对象", goal: atMostRatio(0.5), missing: "没有写 --against"}}, nil
	}
	var ours, before []float64
	for range min(b.rounds, 3) {
		for _, side := range []struct {
			binary string
			of     *[]float64
		}{{b.binary, &ours}, {b.against, &before}} {
			n, err := b.allocated(ctx, side.binary)
			if err != nil {
				return nil, err
			}
			*side.of = append(*side.of, n)
		}
	}
	return []row{compared("一次交卷分配的对象 ÷ 另一版", "个", ours, before).needs(atMostRatio(0.5))}, nil
}

// allocated is the mean number of objects that one build's server allocates for a submission.
func (b *bench) allocated(ctx context.Context, binary string) (float64, error) {
	b.runs++
	server, err := b.serve(ctx, binary, anyCore, filepath.Join(b.scratch, "allocations-"+strconv.Itoa(b.runs)))
	if err != nil {
		return 0, err
	}
	defer server.end()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}}
	defer client.CloseIdleConnections()
	base := "http://" + server.address + api.Base
	begun := make([]api.Attempt, allocatedSubmissions)
	_, err = spread(loadClients, len(begun), func(i int) error {
		return post(ctx, client, base+"/me/daily", map[string]any{}, &begun[i])
	})
	if err != nil {
		return 0, err
	}
	first, err := mallocs(ctx, server.address)
	if err != nil {
		return 0, err
	}
	_, err = spread(loadClients, len(begun), func(i int) error {
		answers := map[string][]string{}
		for _, q := range begun[i].Questions {
			answers[q.ID] = []string{q.Options[0].ID}
		}
		return post(ctx, client, base+"/attempts/"+begun[i].ID+"/submission", map[string]any{"answers": answers}, new(api.Result))
	})
	if err != nil {
		return 0, err
	}
	time.Sleep(8 * time.Second) // filing and counting are part of a submission's cost
	last, err := mallocs(ctx, server.address)
	return (last - first) / allocatedSubmissions, err
}

var mallocsLine = regexp.MustCompile(`(?m)^go_memstats_mallocs_total (\S+)$`)

// mallocs is how many objects a server has allocated so far.
func mallocs(ctx context.Context, address string) (float64, error) {
	body, err := get(ctx, "http://"+address+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	m := mallocsLine.FindSubmatch(body)
	if m == nil {
		return 0, errors.New("/metrics 里没有 go_memstats_mallocs_total")
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
