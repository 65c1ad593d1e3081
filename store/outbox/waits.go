package outbox

import "time"

// usualWaits are how long a recipient waits after each temporary refusal. A
// greylisting server takes the message after a few minutes (RFC 6647); after a
// day somebody has to find another way, since most promises to tell people end
// a day or two later.
var usualWaits = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour,
	2 * time.Hour, 2 * time.Hour, 4 * time.Hour, 4 * time.Hour, 8 * time.Hour,
}

// channelWaits are how long all wait after the channel failed, the last for as
// long as it does.
var channelWaits = []time.Duration{2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}

// wait is how long a recipient waits after so many tries, from 1; ok is false
// where they were enough. Recipients that were refused together do not come back
// together: up to an eighth is added.
func wait(waits []time.Duration, tries, ordinal int) (time.Duration, bool) {
	if tries > len(waits) {
		return 0, false
	}
	base := waits[max(tries, 1)-1]
	return base + base/8*time.Duration(ordinal%16)/16, true
}
