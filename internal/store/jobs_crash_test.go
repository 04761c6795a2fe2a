package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/store/mongo"
	"pugongying/internal/testkit"
)

const (
	workDir   = "PGY_TEST_WORK_DIR"
	workMongo = "PGY_TEST_WORK_MONGO"
	workDB    = "PGY_TEST_WORK_DB"
	workChild = "TestWorkChild"
)

// TestWorkChild is a worker in a process of its own, which is killed; alone it does nothing.
func TestWorkChild(t *testing.T) {
	var e document.Engine
	var err error
	switch {
	case os.Getenv(workDir) != "":
		e, err = bolt.Open(os.Getenv(workDir))
	case os.Getenv(workMongo) != "":
		e, err = mongo.Open(t.Context(), mongo.Config{URI: os.Getenv(workMongo), Database: os.Getenv(workDB)})
	default:
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	s := parcels(t, e)
	w := jobWorker(fmt.Sprint(os.Getpid(), time.Now().UnixNano()), s)
	w.Poll, w.Alone = 20*time.Millisecond, os.Getenv(workDir) != ""
	w.Kinds[0].Do = func(ctx context.Context, id string) error {
		// The number of tries has no guard: it shows that jobs were really begun twice.
		if _, err := s.documents.Update(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$inc", Value: bson.D{{Key: "begun", Value: 1}}}}); err != nil {
			return err
		}
		time.Sleep(4 * time.Millisecond)
		return deliver(s)(ctx, id)
	}
	w.Run(t.Context())
}

// child starts a worker in a process of its own.
func child(t *testing.T, environment ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+workChild+"$")
	cmd.Env = append(os.Environ(), environment...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have been killed already
		_ = cmd.Wait()
	})
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
}

// outcome counts jobs by how they ended.
type outcome struct{ left, once, other, begunAgain int }

func outcomes(t *testing.T, e document.Engine) (o outcome) {
	t.Helper()
	err := e.Collection("parcels").Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		var p parcel
		if err := bson.Unmarshal(raw, &p); err != nil {
			return err
		}
		switch {
		case p.Job != nil:
			o.left++
		case p.Delivered == 1:
			o.once++
		default:
			o.other++
		}
		if p.Begun > 1 {
			o.begunAgain++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestKillingAWorkerLosesNoJobAndRepeatsNoEffect kills the process of a worker on the embedded engine again and again.
func TestKillingAWorkerLosesNoJobAndRepeatsNoEffect(t *testing.T) {
	const many, kills = 400, 12
	dir := t.TempDir()
	e, err := bolt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := parcels(t, e)
	for i := range many {
		put(t, s, parcel{ID: fmt.Sprint(i), Job: jobs.At(time.Now())})
	}
	var o outcome
	for round := 0; ; round++ {
		if err := e.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		c := child(t, workDir+"="+dir)
		time.Sleep(200*time.Millisecond + rand.N(200*time.Millisecond))
		if round >= kills {
			time.Sleep(2 * time.Second) // the last ones run on
		}
		kill(t, c)
		if e, err = bolt.Open(dir); err != nil {
			t.Fatal(err)
		}
		if o = outcomes(t, e); o.left == 0 && round >= kills || round > kills+10 {
			break
		}
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o.once != many || o.left != 0 || o.other != 0 {
		t.Errorf("%+v of %d jobs", o, many)
	}
	t.Logf("kill -9 %d times: %d jobs, each with one effect, %d of them begun more than once", kills, o.once, o.begunAgain)
	if o.begunAgain == 0 {
		t.Error("no job was interrupted: the test shows nothing")
	}
}

// TestTwoWorkerProcessesOfWhichOneIsKilled runs two processes over MongoDB's protocol and kills one of them, again and again.
func TestTwoWorkerProcessesOfWhichOneIsKilled(t *testing.T) {
	const many = 400
	uri := testkit.MongoURI(t)
	database := fmt.Sprintf("pgy_test_work_%d", time.Now().UnixNano())
	e, err := mongo.Open(t.Context(), mongo.Config{URI: uri, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	s := parcels(t, e)
	for i := range many {
		put(t, s, parcel{ID: fmt.Sprint(i), Job: jobs.At(time.Now())})
	}
	environment := []string{workMongo + "=" + uri, workDB + "=" + database}
	child(t, environment...)
	began := time.Now()
	for kills := 0; ; kills++ {
		c := child(t, environment...)
		time.Sleep(600*time.Millisecond + rand.N(300*time.Millisecond))
		kill(t, c)
		o := outcomes(t, e)
		if o.left == 0 && kills > 4 || time.Since(began) > 90*time.Second {
			if o.once != many || o.other != 0 || o.left != 0 {
				t.Errorf("%+v of %d jobs", o, many)
			}
			t.Logf("two processes, one killed %d times: %d jobs, each with one effect, %d of them begun more than once, in %v", kills, o.once, o.begunAgain, time.Since(began).Round(time.Second))
			return
		}
	}
}
