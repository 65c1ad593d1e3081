package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"tocsin/model"
)

// deliverIn names a directory in which this test binary delivers, as another
// process would.
const deliverIn = "TOCSIN_TEST_DELIVER_IN"

// deliverUntilTried delivers until everybody was tried.
func deliverUntilTried(t *testing.T, dir string) {
	o := openOffice(t, dir)
	done := o.deliver(t.Context(), o.space, quietly())
	o.until(model.NoticeRef{Incident: o.id, Notice: "N1"}, everybodyTried)
	done()
	o.shut()
}

// TestKilledWhileANoticeLeaves kills a process in the middle of telling many,
// several times, or as often as TOCSIN_TEST_KILLS says: of everybody there is one
// message that was taken, or one that the record calls uncertain, and nobody got
// two.
func TestKilledWhileANoticeLeaves(t *testing.T) {
	if dir := os.Getenv(deliverIn); dir != "" {
		deliverUntilTried(t, dir)
		return
	}
	recipients, kills := 10_000, 3
	if testing.Short() {
		recipients = 1500
	}
	if many, err := strconv.Atoi(os.Getenv("TOCSIN_TEST_KILLS")); err == nil {
		kills = many
	}
	dir, server := t.TempDir(), startMailServer(t, nil)
	o := openOffice(t, dir)
	o.affect(recipients)
	o.channel(server, nil)
	ref := o.release("A1")
	o.shut()
	chance := rand.New(rand.NewPCG(1, 2))
	for round := range kills {
		until := server.count() + 1 + chance.IntN(max(1, recipients/(kills+1)))
		child := anotherProcess(t, dir)
		for server.count() < until {
			<-server.news
		}
		if err := child.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := child.Wait(); err == nil {
			t.Fatalf("round %d: it was over before it was killed", round)
		}
	}
	if err := anotherProcess(t, dir).Wait(); err != nil {
		t.Fatal(err)
	}
	o = openOffice(t, dir)
	defer o.shut()
	checkEverybodyOnce(t, o, ref, server, recipients)
}

// anotherProcess is another process that delivers.
func anotherProcess(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	child := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^TestKilledWhileANoticeLeaves$", "-test.timeout=300s")
	child.Env = append(os.Environ(), deliverIn+"="+dir)
	child.Stdout, child.Stderr = os.Stderr, os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill() }) // where it has not ended
	return child
}

func checkEverybodyOnce(t *testing.T, o *dispatchOffice, ref model.NoticeRef, server *mailServer, recipients int) {
	t.Helper()
	stand, err := o.space.Deliveries(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[model.DeliveryOutcome]int)
	identities := make(map[string]bool)
	for k := range recipients {
		outcome, _ := stand.Outcome(k)
		counts[outcome]++
		taken := server.of(addressOf(k))
		fits := outcome == model.ToldAccepted && len(taken) == 1 || outcome == model.ToldUncertain && len(taken) <= 1
		if !fits {
			t.Errorf("recipient %d is %s and got %d messages", k, outcome, len(taken))
		}
		for _, m := range taken {
			identities[m.Header.Get("Message-Id")] = true
		}
	}
	if len(identities) != server.count() {
		t.Errorf("%d messages have %d identities", server.count(), len(identities))
	}
	if n := o.notice(ref); n.Delivery.Counts.Of(model.ToldUncertain) != counts[model.ToldUncertain] {
		t.Errorf("%+v, but %v", n.Delivery.Counts, counts)
	}
	t.Log(fmt.Sprint(counts))
}
