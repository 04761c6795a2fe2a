package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofiber/fiber/v3"
	"github.com/pkg/xattr"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

const (
	embeddedBucket = "media"
	embeddedRegion = "us-east-1"
	sidecarFolder  = "metadata" // only where the file system has no extended attributes
	mostRequests   = 64
	portTries      = 5
)

// ErrRelative refuses a folder that is not an absolute path.
var ErrRelative = errors.New("存放文件的目录必须是绝对路径")

// Embedded runs versitygw in this process on a loopback port with keys drawn at each start; the files lie under dir, an
// absolute path that is made when missing. For one server without an S3 store, never for production. Close stops it.
func Embedded(ctx context.Context, dir string) (*Store, error) {
	if !filepath.IsAbs(dir) {
		return nil, ErrRelative
	}
	files, err := openFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: embedded store: %w", err)
	}
	root := middlewares.RootUserConfig{Access: rand.Text(), Secret: rand.Text() + rand.Text()}
	for range portTries {
		var store *Store
		if store, err = serve(ctx, files, root); err == nil {
			return store, nil
		}
	}
	files.Shutdown()
	return nil, fmt.Errorf("blob: embedded store: %w", err)
}

// openFiles prepares the folder. The backend moves the working directory to the folder it is given, so it is given the
// one we are in; rooted never uses that.
func openFiles(dir string) (rooted, error) {
	if err := os.MkdirAll(filepath.Join(dir, embeddedBucket), 0o700); err != nil {
		return rooted{}, err
	}
	attributes, turns, err := metadata(dir)
	if err != nil {
		return rooted{}, err
	}
	here, err := os.Getwd()
	if err != nil {
		return rooted{}, err
	}
	options := posix.PosixOpts{ForceNoObjLockFile: true}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	files, err := posix.New(here, attributes, options)
	return rooted{files: files, root: dir, turns: turns}, err
}

// metadata keeps a file's type and hash in its extended attributes, where they become visible in one step with it, or on
// file systems without them in a folder beside, one writer at a time. A folder that began with one stays with it.
func metadata(dir string) (meta.MetadataStorer, *sync.RWMutex, error) {
	sidecar := filepath.Join(dir, sidecarFolder)
	_, err := os.Stat(sidecar)
	if err != nil && xattr.Set(filepath.Join(dir, embeddedBucket), "user.pgy", []byte("1")) == nil {
		return meta.XattrMeta{}, nil, nil
	}
	if err := os.MkdirAll(sidecar, 0o700); err != nil {
		return nil, nil, err
	}
	stored, err := meta.NewSideCar(sidecar)
	return beside{stored}, &sync.RWMutex{}, err
}

// onlyRoot knows one account. The gateway's own single-account service answers a stranger's name with an
// administrator's 404, which a client takes for a missing file.
type onlyRoot struct{ auth.IAMService }

// GetUserAccount knows the root account alone.
func (o onlyRoot) GetUserAccount(access string) (auth.Account, error) {
	account, err := o.IAMService.GetUserAccount(access)
	if err != nil {
		return account, auth.ErrNoSuchUser
	}
	return account, nil
}

// serve starts the gateway on a free port. Between finding the port and taking it somebody else may be quicker: the
// caller tries again.
func serve(ctx context.Context, files rooted, root middlewares.RootUserConfig) (*Store, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	listening, ended := make(chan struct{}), make(chan error, 1)
	account := auth.Account{Access: root.Access, Secret: root.Secret, Role: auth.RoleAdmin}
	gateway, err := s3api.New(files, root, embeddedRegion, onlyRoot{auth.NewIAMServiceSingle(account)}, nil, nil, nil, nil,
		s3api.WithQuiet(), s3api.WithKeepAlive(), s3api.WithConcurrencyLimiter(2*mostRequests, mostRequests),
		s3api.WithMiddleware("/", refuseForms), s3api.WithOnListen(func() { close(listening) }))
	if err != nil {
		return nil, err
	}
	go func() { ended <- gateway.ServeMultiPort([]string{address}) }()
	select {
	case err := <-ended:
		return nil, fmt.Errorf("listen: %w", err)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), gateway.ShutDown())
	case <-listening:
	}
	store, err := dial(Config{Endpoint: "http://" + address, Bucket: embeddedBucket, AccessKey: root.Access}, root.Secret)
	if err != nil {
		return nil, errors.Join(err, gateway.ShutDown())
	}
	store.what = "versitygw (embedded)"
	store.stop = func() error {
		err := gateway.ShutDown()
		<-ended // says no more than that its listener was closed
		files.Shutdown()
		return err
	}
	return store, nil
}

// refuseForms turns POST away before its body is read: the gateway would hold an unsigned form in memory, and nothing
// here uploads that way.
func refuseForms(ctx fiber.Ctx) error {
	if ctx.Method() == http.MethodPost {
		return ctx.SendStatus(http.StatusMethodNotAllowed)
	}
	return ctx.Next()
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
