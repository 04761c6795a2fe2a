package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// flood is what a process that floods a server did: answers by status, and connections that broke.
type flood struct {
	Served, Refused, Other, Broken int
	Seconds                        float64
}

// dialing is how many connections of a flood are made at once: more than the kernel keeps for a server that has yet to accept
// them (somaxconn) would be tried again by the kernel after seconds, and who comes meanwhile too.
const dialing = 256

// runFlood sends one request again and again from many connections, each as soon as it has the answer to the last: people
// who do not wait as they are asked to. It prints a line once all are connected, and a flood as JSON when it ends.
func runFlood(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("flood", flag.ContinueOnError)
	address := flags.String("address", "", "服务器")
	path := flags.String("path", "", "写到哪里")
	clients := flags.Int("connections", 1, "多少个连接")
	seconds := flags.Float64("seconds", 1, "多久")
	if err := flags.Parse(args); err != nil {
		return err
	}
	length := time.Duration(*seconds * float64(time.Second))
	request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", *path)
	flooders := make([]flooder, *clients)
	if _, err := spread(min(dialing, *clients), *clients, func(i int) error {
		flooders[i] = flooder{address: *address, request: request}
		return flooders[i].dial(ctx)
	}); err != nil {
		return err
	}
	fmt.Fprintln(out, "connected")
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var group sync.WaitGroup
	var mu sync.Mutex
	total := flood{Seconds: length.Seconds()}
	for _, one := range flooders {
		group.Go(func() {
			one.run(ctx)
			mu.Lock()
			defer mu.Unlock()
			total.add(one.flood)
		})
	}
	group.Wait()
	return json.NewEncoder(out).Encode(total)
}

func (f *flood) add(other flood) {
	f.Served, f.Refused, f.Other, f.Broken = f.Served+other.Served, f.Refused+other.Refused, f.Other+other.Other, f.Broken+other.Broken
}

// flooder is one connection after the other.
type flooder struct {
	address, request string
	conn             net.Conn
	flood            flood
}

func (f *flooder) dial(ctx context.Context) (err error) {
	f.conn, err = new(net.Dialer).DialContext(ctx, "tcp", f.address)
	return err
}

func (f *flooder) run(ctx context.Context) {
	for ; ctx.Err() == nil; f.conn = nil {
		if f.conn == nil && f.dial(ctx) != nil {
			if ctx.Err() == nil {
				f.flood.Broken++
				time.Sleep(100 * time.Millisecond)
			}
			continue
		}
		conn := f.conn
		stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		err := f.talk(ctx, conn)
		stop()
		_ = conn.Close()
		if err != nil && ctx.Err() == nil {
			f.flood.Broken++
		}
	}
}

func (f *flooder) talk(ctx context.Context, conn net.Conn) error {
	r := bufio.NewReaderSize(conn, 1<<10)
	for ctx.Err() == nil {
		if _, err := io.WriteString(conn, f.request); err != nil {
			return err
		}
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return err
		}
		switch status := answer.StatusCode; {
		case status < http.StatusMultipleChoices:
			f.flood.Served++
		case status == http.StatusServiceUnavailable:
			f.flood.Refused++
		default:
			f.flood.Other++
		}
	}
	return nil
}
