package app

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	connectionMemory = 20 << 10 // of one open connection that asks nothing: its goroutine's stack, its two buffers, its context
	connectionShare  = 2        // connections together take a half of the memory, requests at work and caches the other
	garbageShare     = 0.8      // of the memory, from where on the collector works harder rather than let the process be killed
	otherFiles       = 1024     // descriptors that are no connections
	fewConnections   = 256
)

// limitMemory has the garbage collector keep below what the control group (MemoryMax) or the machine has, and returns how
// many connections fit into it. GOMEMLIMIT in the environment is respected.
func limitMemory(configured int, log *slog.Logger) (connections int) {
	memory := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)
	if _, err := memlimit.Set(memlimit.WithRatio(garbageShare), memlimit.WithProvider(memory)); err != nil {
		log.Warn("memory limit unknown", "cause", err)
	}
	if configured > 0 {
		return configured
	}
	bytes, err := memory()
	if err != nil {
		bytes = 1 << 30
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		files.Cur = 2 * otherFiles
	}
	return connectionsFor(bytes, files.Cur)
}

// twoAtLeast lets a server with one processor run Go code on two threads. Each sync of the embedded file is a system call,
// and with one thread nobody else would run until the runtime takes the processor away from it, up to 10 ms later: 5,000
// connections were answered a third as often, and who came meanwhile waited for seconds. GOMAXPROCS in the environment is
// respected.
func twoAtLeast() {
	if os.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2)
	}
}

// crowdedGarbage is GOGC while very many connections are open: what they hold is live, and twice as much would be more than
// a server has.
const crowdedGarbage = 20

// collector trades processor time for memory while very many connections are open, and then goes back to what GOGC says.
func collector() func(many bool) {
	usual := debug.SetGCPercent(crowdedGarbage)
	debug.SetGCPercent(usual)
	return func(many bool) {
		if many {
			debug.SetGCPercent(crowdedGarbage)
			return
		}
		debug.SetGCPercent(usual)
	}
}

// remoteSlots is how many requests work at once where documents are on another machine.
const remoteSlots = 512

// slots is how many requests work at once; 0 leaves it to package web.
func (a *App) slots() int {
	if a.config.Mongo.URI == "" && a.config.Mongo.URIFile == "" {
		return 0
	}
	return min(remoteSlots, a.config.Mongo.Pool)
}

// connectionsFor is how many connections so much memory and so many file descriptors allow.
func connectionsFor(memory, files uint64) int {
	most := memory / connectionShare / connectionMemory
	if files < most+otherFiles {
		most = max(files, otherFiles) - otherFiles
	}
	return int(max(most, fewConnections))
}

// mostFree is how much memory may lie free in this process before it goes back to the system.
const mostFree = 16 << 20

// giveBack returns memory to the system where much of it is free: a password that was hashed, a picture or an index took it
// for a moment, and a small server needs it.
func giveBack(context.Context) error {
	free := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(free)
	if free[0].Value.Uint64() > mostFree {
		debug.FreeOSMemory()
	}
	return nil
}
