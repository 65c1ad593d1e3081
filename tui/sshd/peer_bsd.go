//go:build darwin || freebsd

package sshd

import "golang.org/x/sys/unix"

// solLocal is the level of a local socket's options (SOL_LOCAL).
const solLocal = 0

// peerUser is who opened the other end of a socket.
func peerUser(fd int) (int, error) {
	peer, err := unix.GetsockoptXucred(fd, solLocal, unix.LOCAL_PEERCRED)
	if err != nil {
		return 0, err
	}
	return int(peer.Uid), nil
}
