package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/crosswall/crosswall/model"
	"github.com/crosswall/crosswall/providers"
)

// accountDiff is how one account differs from what it should be.
type accountDiff struct {
	name string
	// why says why it was not compared; empty: it was.
	why string
	// code is the exit code that the account has by itself.
	code    exitCode
	verdict string
	// body is the answer as people read it, answer as scripts do; one of them is made.
	body   string
	answer *diffJSON
	// equal is whether both sides are known to admit the same connections.
	equal bool
}

// accountsDiff compares many accounts with what they should be. It is an [accountUser].
type accountsDiff struct {
	request *diffRequest
	streams *streams
	// want is one for all. It is nil where each account has its own in folder.
	want   *contestant
	folder string

	comparing sync.Mutex  // as one comparison alone may take all memory and processors
	telling   *sync.Mutex // guards the streams; one is only locked after it
	one       sync.Mutex  // guards what follows
	done      []accountDiff
}

// runAccounts compares the accounts of a list with a source.
func (r *diffRequest) runAccounts(ctx context.Context, s *streams, want string) error {
	targets, err := readAccounts(s, r.many.list)
	if err != nil {
		return err
	}
	d := &accountsDiff{request: r, streams: s}
	if err := d.prepare(ctx, want, targets); err != nil {
		return err
	}
	run := r.many.run(s, d)
	d.telling = &run.one
	if err := run.run(ctx, targets); err != nil {
		return err
	}
	s.progressDone()
	d.tellOthers()
	d.sort()
	text, err := d.render(want)
	if err != nil {
		return err
	}
	if err := s.answer(text); err != nil {
		return err
	}
	return ended(d.code(), r.exitZero)
}

// prepare reads WANT, or finds that it is a folder with a snapshot for each account.
func (d *accountsDiff) prepare(ctx context.Context, want string, targets []accountTarget) error {
	if isAccountsFolder(want, targets) {
		if sameFolder(want, d.request.many.out) {
			return badInput("--out is WANT: what the accounts hold now would replace what they are compared with")
		}
		d.folder = want
		return nil
	}
	if _, err := d.request.source.clusters(ctx, d.streams, slices.Concat([]string{want}, d.request.with)); err != nil {
		return err
	}
	c, err := d.request.contestant(ctx, d.streams, want)
	if err == nil && c.kind == cloudObjects {
		c, err = c.early(d.streams)
	}
	d.want = &c
	return err
}

// isAccountsFolder reports whether a folder was written by snapshot --accounts: it has the file of an account of the list, or
// those of its regions.
func isAccountsFolder(path string, targets []accountTarget) bool {
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(path, name))
		return err == nil
	}
	return exists(regionsFile) || slices.ContainsFunc(targets, func(t accountTarget) bool {
		name := nameOfSource(t.source)
		return exists(fileOf(name)) || exists(failureOf(name))
	})
}

func sameFolder(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// skips holds of accounts with nothing to be compared with.
func (d *accountsDiff) skips(name string) bool {
	if d.want != nil {
		return false
	}
	if _, err := os.Stat(filepath.Join(d.folder, fileOf(name))); err == nil {
		return false
	}
	d.add(accountDiff{name: name, code: exitIncomplete, why: d.folder + " has no snapshot of it"}, nil)
	return true
}

// failed keeps that an account could not be read, which was told. The streams are locked.
func (d *accountsDiff) failed(name string, why error) {
	d.one.Lock()
	defer d.one.Unlock()
	d.done = append(d.done, accountDiff{name: name, code: exitIncomplete, why: "could not be read: " + why.Error()})
}

// kept compares an account that an earlier run read.
func (d *accountsDiff) kept(ctx context.Context, name, path string) {
	have, err := d.request.contestant(ctx, d.quiet(&bytes.Buffer{}), path)
	if err != nil {
		d.add(accountDiff{name: name, code: exitIncomplete, why: reasonOf(err)}, nil)
		return
	}
	have.path = name
	d.compare(ctx, name, have)
}

// taken compares an account that was read just now.
func (d *accountsDiff) taken(ctx context.Context, name string, t providers.Snapshot) {
	d.compare(ctx, name, contestant{path: name, kind: cloudObjects, snapshots: []providers.Snapshot{t}})
}

// quiet is streams for one account of several: what there is to say of it is kept together.
func (d *accountsDiff) quiet(err *bytes.Buffer) *streams {
	return &streams{in: strings.NewReader(""), out: &bytes.Buffer{}, err: err}
}

// compare compares what an account holds with what it should be.
func (d *accountsDiff) compare(ctx context.Context, name string, have contestant) {
	d.comparing.Lock()
	defer d.comparing.Unlock()
	if stopped(ctx) {
		return
	}
	var said bytes.Buffer
	s := d.quiet(&said)
	want, err := d.wanted(ctx, s, name)
	if err != nil {
		d.add(accountDiff{name: name, code: exitIncomplete, why: reasonOf(err)}, said.Bytes())
		return
	}
	c, err := d.request.between(s, want, have)
	if err != nil {
		d.add(accountDiff{name: name, code: codeOfAccount(err), why: reasonOf(err)}, said.Bytes())
		return
	}
	out := d.result(name, newDiff(c))
	d.add(out, said.Bytes())
}

// wanted is what an account should be.
func (d *accountsDiff) wanted(ctx context.Context, s *streams, name string) (contestant, error) {
	if d.want == nil {
		return d.request.contestant(ctx, s, filepath.Join(d.folder, fileOf(name)))
	}
	c := *d.want
	if c.read != nil {
		in := *c.read
		c.read = &in // which is taken from there
	}
	return c, nil
}

// result is what is kept of a comparison.
func (d *accountsDiff) result(name string, found diff) accountDiff {
	out := accountDiff{name: name, code: found.code(), verdict: found.verdict(), equal: found.equal()}
	switch d.request.output.value {
	case outputJSON:
		answer := found.json()
		out.answer = &answer
	case outputMarkdown:
		out.body = found.markdown()
	default:
		out.body = found.text()
	}
	return out
}

// codeOfAccount is the code of a comparison that could not be made: the account is unknown, unless crosswall is at fault.
func codeOfAccount(err error) exitCode {
	var o outcome
	if errors.As(err, &o) && o.code == exitInternal {
		return exitInternal
	}
	return exitIncomplete
}

// reasonOf says why something could not be compared.
func reasonOf(err error) string {
	var o outcome
	if errors.As(err, &o) && o.err == nil {
		return "it could not be compared, for the reasons given"
	}
	return err.Error()
}

// add keeps how an account fared and says so, with what there was to say of it.
func (d *accountsDiff) add(a accountDiff, said []byte) {
	d.telling.Lock()
	defer d.telling.Unlock()
	d.one.Lock()
	defer d.one.Unlock()
	d.done = append(d.done, a)
	d.streams.progressDone()
	fmt.Fprintf(d.streams.err, "%s: %s\n", a.name, a.line())
	if len(said) > 0 {
		fmt.Fprintf(d.streams.err, "  %s\n", strings.ReplaceAll(strings.TrimSuffix(string(said), "\n"), "\n", "\n  "))
	}
	d.streams.progress("%s compared", count(len(d.done), "account"))
}

// line is how an account fared.
func (a accountDiff) line() string {
	if a.why != "" {
		return "not known to be equal: " + a.why
	}
	return a.verdict
}

// tellOthers says which snapshots of the folder are of no account of the list, so that they were compared with nothing.
func (d *accountsDiff) tellOthers() {
	if d.want != nil {
		return
	}
	known := map[string]bool{}
	for _, a := range d.done {
		known[fileOf(a.name)], known[failureOf(a.name)] = true, true
	}
	found, err := filepath.Glob(filepath.Join(d.folder, "*.json"))
	if err != nil {
		return // the pattern is bad: the folder has characters that mean something to it
	}
	var others []string
	for _, path := range found {
		if name := filepath.Base(path); !known[name] && name[0] != '.' {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		d.streams.tell([]model.Finding{{Severity: model.Warning, Code: "not-listed", Origin: model.Origin{File: d.folder},
			Summary: fmt.Sprintf("%s of no account of %s: %s", count(len(others), "snapshot"), d.request.many.list, firstFew(others)),
			Advice:  "list the account, or delete its file if it is gone"}}, true)
	}
}

// code is the worst of all accounts. What is unknown is worse than a difference.
func (d *accountsDiff) code() exitCode {
	worst := exitClean
	if len(d.done) == 0 {
		worst = exitIncomplete // an account without a region: nothing was compared
	}
	for _, a := range d.done {
		worst = max(worst, a.code)
	}
	return worst
}

// sort puts the accounts in the order of their names.
func (d *accountsDiff) sort() {
	slices.SortFunc(d.done, func(a, b accountDiff) int { return strings.Compare(a.name, b.name) })
}
