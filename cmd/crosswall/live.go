package main

import (
	"context"
	"strings"
	"sync"

	"github.com/crosswall/crosswall/providers"
	awslive "github.com/crosswall/crosswall/providers/aws/live"
	azurelive "github.com/crosswall/crosswall/providers/azure/live"
	gcplive "github.com/crosswall/crosswall/providers/gcp/live"
)

// liveSource is a cloud whose accounts can be read.
type liveSource struct {
	provider string
	// open reads how the source is written. It makes no call.
	open func(source string) (liveAccount, error)
}

// liveAccount is an account to read, or a part of one.
type liveAccount struct {
	// name is the source without what is to be kept secret.
	name string
	// read reads the account. Progress is told what was read, perhaps by several goroutines at once.
	read func(ctx context.Context, progress func(what string, objects int)) (providers.Snapshot, error)
}

// liveSources lists the clouds whose accounts can be read.
func liveSources() []liveSource {
	return []liveSource{{"aws", openAWS}, {"azure", openAzure}, {"gcp", openGCP}}
}

func openAWS(source string) (liveAccount, error) {
	o, err := awslive.Parse(source)
	return liveAccount{o.String(), func(ctx context.Context, progress func(string, int)) (providers.Snapshot, error) {
		o.Progress = progress
		return awslive.Read(ctx, o)
	}}, err
}

func openAzure(source string) (liveAccount, error) {
	o, err := azurelive.Parse(source)
	return liveAccount{o.Scope(), func(ctx context.Context, progress func(string, int)) (providers.Snapshot, error) {
		o.Progress = progress
		return azurelive.Read(ctx, o)
	}}, err
}

func openGCP(source string) (liveAccount, error) {
	o, err := gcplive.Parse(source)
	return liveAccount{o.Scope(), func(ctx context.Context, progress func(string, int)) (providers.Snapshot, error) {
		o.Progress = progress
		return gcplive.Read(ctx, o)
	}}, err
}

// openLive opens a live account; false where the source is none of a cloud that is known.
func openLive(source string) (liveAccount, bool, error) {
	for _, l := range liveSources() {
		if strings.HasPrefix(source, l.provider+"://") {
			a, err := l.open(source)
			if err != nil {
				return a, true, badInput("%w", err)
			}
			return a, true, nil
		}
	}
	return liveAccount{}, false, nil
}

// readLive reads what an account holds.
func readLive(ctx context.Context, s *streams, a liveAccount) (providers.Snapshot, error) {
	var one sync.Mutex
	out, err := a.read(ctx, func(what string, objects int) {
		one.Lock()
		defer one.Unlock()
		s.progress("reading %s: %d %s", a.name, objects, what)
	})
	switch {
	case ctx.Err() != nil:
		return out, badInput("interrupted")
	case err != nil:
		return out, badInput("%w", err)
	}
	return out, nil
}
