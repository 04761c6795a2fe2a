// Package redis stands in for go-redis v8: the WeChat SDK's own cache compiles against it, and the SDK is given ours, which
// speaks to Redis by go-redis v9 (internal/cache).
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"time"
)

var errAbsent = errors.New("redis v8: not part of this program")

// UniversalOptions are the settings the SDK fills in.
type UniversalOptions struct {
	Addrs                                                            []string
	DB                                                               int
	Username, Password                                               string
	MaxRetries, PoolSize, MinIdleConns                               int
	DialTimeout, ReadTimeout, WriteTimeout, PoolTimeout, IdleTimeout time.Duration
	TLSConfig                                                        *tls.Config
}

// UniversalClient is the part of a client that the SDK's cache calls.
type UniversalClient interface {
	Do(ctx context.Context, args ...any) *Cmd
	SetEX(ctx context.Context, key string, value any, expiration time.Duration) *StatusCmd
	Exists(ctx context.Context, keys ...string) *IntCmd
	Del(ctx context.Context, keys ...string) *IntCmd
}

// NewUniversalClient gives a client whose every command fails.
func NewUniversalClient(*UniversalOptions) UniversalClient { return absent{} }

type absent struct{}

func (absent) Do(context.Context, ...any) *Cmd { return &Cmd{} }

func (absent) SetEX(context.Context, string, any, time.Duration) *StatusCmd { return &StatusCmd{} }

func (absent) Exists(context.Context, ...string) *IntCmd { return &IntCmd{} }

func (absent) Del(context.Context, ...string) *IntCmd { return &IntCmd{} }

// Cmd is the answer to any command.
type Cmd struct{}

// Result fails.
func (*Cmd) Result() (any, error) { return nil, errAbsent }

// StatusCmd is the answer to a command that only succeeds or fails.
type StatusCmd struct{}

// Err fails.
func (*StatusCmd) Err() error { return errAbsent }

// IntCmd is the answer to a command that counts.
type IntCmd struct{}

// Result fails.
func (*IntCmd) Result() (int64, error) { return 0, errAbsent }

// Err fails.
func (*IntCmd) Err() error { return errAbsent }
