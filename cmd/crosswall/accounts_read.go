package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate/snapshot"
)

// accountsRun reads many accounts, a file for each.
type accountsRun struct {
	streams *streams
	// dir is where the files go; empty: nothing is kept.
	dir      string
	inFlight int
	resume   bool
	// user is who uses what was read besides; nil: nobody.
	user accountUser

	one sync.Mutex // guards what follows, and the streams
	// regions are those of accounts that were asked for them, by the name of the account.
	regions map[string][]string
	// read, kept, partial and failed count accounts: read now, read by an earlier run, read in part, not
	// read at all. total is all of them, once that is known.
	read, kept, partial, failed, total int
}

// accountUser uses accounts as they are read. Its methods are called by several goroutines at once.
type accountUser interface {
	// skips reports whether an account is not to be read at all.
	skips(name string) bool
	// taken is given what was read of an account just now.
	taken(ctx context.Context, name string, t providers.Snapshot)
	// kept is given the file of an account that an earlier run read.
	kept(ctx context.Context, name, path string)
	// failed is told of an account of which nothing could be read.
	failed(name string, why error)
}

// regionsFile is where a run keeps which regions accounts have, so that none is asked twice.
const regionsFile = ".regions.json"

// run reads the accounts, no more than inFlight at once. The error is for the folder, and for an
// interruption: what was read until then is kept.
func (r *accountsRun) run(ctx context.Context, targets []accountTarget) error {
	if err := r.prepare(); err != nil {
		return err
	}
	sources := make([][]string, len(targets))
	var broken error
	breaks := func(err error) {
		r.one.Lock()
		broken = errors.Join(broken, err)
		r.one.Unlock()
	}
	r.each(len(targets), func(i int) {
		var err error
		sources[i], err = r.expand(ctx, targets[i])
		switch {
		case stopped(ctx):
		case err != nil:
			r.fails(targets[i].source, err)
			breaks(r.keepFailure(nameOfSource(targets[i].source), err))
		case targets[i].regions:
			breaks(errors.Join(r.keepRegions(), r.dropFailure(nameOfSource(targets[i].source))))
		}
	})
	all := onceEach(slices.Concat(sources...)) // a region may be named and be among all of them
	r.total = len(all)
	r.each(len(all), func(i int) { breaks(r.account(ctx, all[i])) })
	switch {
	case ctx.Err() != nil && r.dir == "":
		return badInput("interrupted")
	case ctx.Err() != nil:
		return badInput("interrupted; --resume goes on where it stopped")
	case broken != nil:
		return badInput("%w", broken)
	}
	return nil
}

// onceEach returns what is in a list in its order, each once.
func onceEach[T comparable](list []T) []T {
	seen := map[T]bool{}
	return slices.DeleteFunc(list, func(w T) bool {
		was := seen[w]
		seen[w] = true
		return was
	})
}

// each calls f for 0 to n-1, no more than inFlight at once.
func (r *accountsRun) each(n int, f func(int)) {
	var g errgroup.Group
	g.SetLimit(r.inFlight)
	for i := range n {
		g.Go(func() error {
			f(i)
			return nil
		})
	}
	_ = g.Wait() // no call returns an error
}

// prepare makes the folder and reads what an earlier run knew.
func (r *accountsRun) prepare() error {
	r.regions = map[string][]string{}
	if r.dir == "" {
		return nil
	}
	if err := os.MkdirAll(r.dir, 0o777); err != nil {
		return badInput("%w", err)
	}
	data, err := os.ReadFile(filepath.Join(r.dir, regionsFile))
	if !r.resume || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r.regions)
	}
	if err != nil {
		return badInput("%s: %w", filepath.Join(r.dir, regionsFile), err)
	}
	return nil
}

// keepRegions writes down which regions accounts have as soon as one says so: a run that is killed has them.
func (r *accountsRun) keepRegions() error {
	r.one.Lock()
	defer r.one.Unlock()
	if r.dir == "" {
		return nil
	}
	return replaceFile(filepath.Join(r.dir, regionsFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(r.regions) })
}

// expand returns the sources of a target.
func (r *accountsRun) expand(ctx context.Context, t accountTarget) ([]string, error) {
	if stopped(ctx) {
		return nil, nil
	}
	name := nameOfSource(t.source)
	r.one.Lock()
	known, ok := r.regions[name]
	r.one.Unlock()
	if !t.regions || !ok {
		sources, names, err := t.expanded(ctx)
		if t.regions && err == nil {
			r.one.Lock()
			r.regions[name] = names
			r.one.Unlock()
		}
		return sources, err
	}
	return t.inRegions(known)
}

// stopped reports whether the run was cut short; what was not read then is read when it is resumed.
func stopped(ctx context.Context) bool { return ctx.Err() != nil }

// nameOfSource is a source without what is to be kept secret.
func nameOfSource(source string) string {
	if a, ok, err := openLive(source); ok && err == nil {
		return a.name
	}
	return "an account"
}

// account reads one account and writes its file. The error is for the file.
func (r *accountsRun) account(ctx context.Context, source string) error {
	if stopped(ctx) {
		return nil
	}
	a, _, err := openLive(source) // sources were checked when the list was read
	if err != nil {
		return err
	}
	if r.user != nil && r.user.skips(a.name) {
		return nil
	}
	path := filepath.Join(r.dir, fileOf(a.name))
	if done, err := r.isKept(path); err != nil || done {
		if done {
			r.keeps(ctx, a.name, path)
		}
		return err
	}
	taken, err := a.read(ctx, func(string, int) {})
	switch {
	case stopped(ctx):
		return nil // to be read again
	case err != nil:
		r.fails(source, err)
		return r.keepFailure(a.name, err)
	}
	if err := r.keep(path, a.name, taken); err != nil {
		return err
	}
	r.succeeds(taken)
	if r.user != nil {
		r.user.taken(ctx, a.name, taken)
	}
	return nil
}

// isKept reports whether an earlier run read an account. The error is for a file that must not be replaced.
func (r *accountsRun) isKept(path string) (bool, error) {
	if r.dir == "" {
		return false, nil
	}
	if err := replaceable(path); err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	return r.resume && err == nil && info.Size() > 0, nil
}

// keep writes the file of an account.
func (r *accountsRun) keep(path, name string, taken providers.Snapshot) error {
	if r.dir == "" {
		return nil
	}
	if err := replaceFile(path, func(w io.Writer) error { return snapshot.Write(w, taken) }); err != nil {
		return err
	}
	return r.dropFailure(name)
}

// keeps counts an account that an earlier run read.
func (r *accountsRun) keeps(ctx context.Context, name, path string) {
	r.one.Lock()
	r.kept++
	r.one.Unlock()
	if r.user != nil {
		r.user.kept(ctx, name, path)
	}
}

// keepFailure writes a snapshot of an account of which nothing could be read, so that whoever reads the folder knows that it is
// missing. It is beside the file that --resume goes by.
func (r *accountsRun) keepFailure(name string, why error) error {
	if r.dir == "" {
		return nil
	}
	nothing := providers.Snapshot{Scope: name, Objects: map[string][]json.RawMessage{}}
	nothing.Provider, _, _ = strings.Cut(name, "://")
	for _, n := range natives() {
		if n.Name() != nothing.Provider {
			continue
		}
		for _, k := range n.Kinds() {
			nothing.Objects[k.Name] = nil // what is known of other accounts stays known
			nothing.Gaps = append(nothing.Gaps, providers.Gap{Kind: k.Name, Object: name, Call: "any", Why: why.Error()})
		}
	}
	path := filepath.Join(r.dir, failureOf(name))
	if err := replaceable(path); err != nil {
		return err
	}
	return replaceFile(path, func(w io.Writer) error { return snapshot.Write(w, nothing) })
}

// dropFailure takes away what keepFailure wrote in an earlier run.
func (r *accountsRun) dropFailure(name string) error {
	if r.dir == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(r.dir, failureOf(name))); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// failureOf is the name of the file that says that an account could not be read.
func failureOf(name string) string {
	return strings.TrimSuffix(fileOf(name), ".json") + ".unread.json"
}

// fails tells of an account that could not be read.
func (r *accountsRun) fails(source string, err error) {
	r.one.Lock()
	defer r.one.Unlock()
	r.failed++
	r.streams.progressDone()
	name := nameOfSource(source)
	fmt.Fprintf(r.streams.err, "%s: could not be read: %v\n", name, err)
	if r.user != nil {
		r.user.failed(name, err)
	}
}

// succeeds tells of an account that was read, perhaps in part.
func (r *accountsRun) succeeds(taken providers.Snapshot) {
	r.one.Lock()
	defer r.one.Unlock()
	r.read++
	if len(taken.Gaps) > 0 {
		r.partial++
	}
	if r.user == nil {
		r.streams.progressDone()
		fmt.Fprintln(r.streams.err, holdings(taken))
		r.streams.tell(gapFindings(taken), true)
	}
	r.streams.progress("%d of %d accounts read", r.read+r.kept, r.total)
}

// summary says in a line how it went.
func (r *accountsRun) summary() string {
	r.streams.progressDone()
	out := fmt.Sprintf("%s read into %s", count(r.read, "account"), r.dir)
	if r.kept > 0 {
		out += fmt.Sprintf(", %d kept of an earlier run", r.kept)
	}
	if r.partial > 0 {
		out += fmt.Sprintf(", %d of them in part", r.partial)
	}
	if r.failed > 0 {
		out += fmt.Sprintf("; %d could not be read, and nothing is known of %s", r.failed, plural(r.failed, "it", "them"))
	}
	return out
}

// code is incomplete unless everything was read.
func (r *accountsRun) code() exitCode {
	if r.failed > 0 || r.partial > 0 {
		return exitIncomplete
	}
	return exitClean
}

// notInNames are characters that file names are better without.
var notInNames = regexp.MustCompile(`[^0-9A-Za-z]+`)

// fileOf is the name of an account's file: readable, and another for every account.
func fileOf(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return fmt.Sprintf("%s-%08x.json", strings.Trim(notInNames.ReplaceAllString(name, "-"), "-"), h.Sum32())
}
