package main

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// settle is how long a connection may take from the kernel's queue to where http.Server counts it.
const settle = 20 * time.Millisecond

// takeLast lets no new connection in and returns once every one the kernel had accepted is the server's: closing a
// listener resets those that still wait in its queue, with the requests their clients sent already.
func takeLast(l net.Listener, patience time.Duration) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	drop := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K} // every packet to the listener; a client's SYN comes again and is refused
	waiting := uint32(0)
	_ = raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), syscall.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop})
	})
	for end := time.Now().Add(patience); err == nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
		_ = raw.Control(func(fd uintptr) {
			var info *unix.TCPInfo
			if info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
				waiting = info.Unacked // of a listener: the length of its queue
			}
		})
		if waiting == 0 {
			break
		}
	}
	time.Sleep(settle)
}
