package cache

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// client is what this package asks of Redis: to carry out one command, and to end. The library's client is held by two of
// its methods alone and never as an interface: templates look methods up by name, so the linker keeps every method of a
// type that an interface ever holds, and a Redis client has five hundred (4 MB of the binary; from v9.22 on the library
// itself holds its client so, which is why go.mod names v9.21).
type client struct {
	process func(context.Context, redis.Cmder) error
	end     func() error
}

func connect(options *redis.UniversalOptions) client {
	switch {
	case options.MasterName != "":
		one := redis.NewFailoverClient(options.Failover())
		return client{one.Process, one.Close}
	case options.IsClusterMode:
		all := redis.NewClusterClient(options.Cluster())
		return client{all.Process, all.Close}
	}
	one := redis.NewClient(options.Simple())
	return client{one.Process, one.Close}
}

// do sends any command. What went wrong is in its answer.
func (c client) do(ctx context.Context, command ...any) *redis.Cmd {
	cmd := redis.NewCmd(ctx, command...)
	_ = c.process(ctx, cmd) // the command remembers it
	return cmd
}

func (c client) get(ctx context.Context, key string) *redis.StringCmd {
	cmd := redis.NewStringCmd(ctx, "get", key)
	_ = c.process(ctx, cmd) // the command remembers it
	return cmd
}

// set stores a value for life, at least a millisecond.
func (c client) set(ctx context.Context, key string, value any, life time.Duration) error {
	return c.do(ctx, "set", key, value, "px", max(life.Milliseconds(), 1)).Err()
}

func (c client) del(ctx context.Context, key string) error { return c.do(ctx, "del", key).Err() }
