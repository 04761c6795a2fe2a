package app

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// drainIdle is how long a TCP handshake may still take, and a connection from the kernel's queue to where http.Server
// counts it.
const drainIdle = 50 * time.Millisecond

// noSYN is a packet filter that drops only initial SYNs: a client's SYN is sent again and then refused, while a handshake
// that the kernel has already answered may complete. It reads the flags of the TCP header.
var noSYN = []unix.SockFilter{
	{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 13},
	{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: synFlag | ackFlag},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: synFlag, Jf: 1},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	{Code: unix.BPF_RET | unix.BPF_K, K: 1<<32 - 1},
}

const synFlag, ackFlag = 0x02, 0x10

// drainAcceptQueue stops new connections and returns once http.Server has accepted every connection that the kernel had
// accepted: closing a listener resets those still in its queue, with the requests their clients have already sent.
func drainAcceptQueue(l net.Listener, patience time.Duration) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	waiting := uint32(0)
	_ = raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), syscall.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(noSYN)), Filter: &noSYN[0]})
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
	time.Sleep(drainIdle)
}
