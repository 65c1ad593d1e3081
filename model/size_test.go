package model

import (
	"testing"
	"unsafe"
)

// TestIncidentsOfALongQueueAreSmall holds an incident to 512 bytes, beyond
// which each takes 64 more and costs the collector more too. What few open
// incidents have belongs to the Particulars.
func TestIncidentsOfALongQueueAreSmall(t *testing.T) {
	if size := unsafe.Sizeof(Incident{}); size > 512 {
		t.Errorf("an incident takes %d bytes", size)
	}
}
