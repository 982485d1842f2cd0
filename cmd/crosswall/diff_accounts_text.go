package main

import (
	"fmt"
	"strings"
)

// accountsJSON is the answer of diff --accounts as scripts read it. Fields may be added, never changed.
type accountsJSON struct {
	Version int    `json:"version"`
	Want    string `json:"want"`
	// Equal is true if all accounts were compared and are known to be equal to what they should be.
	Equal bool `json:"equal"`
	// Accounts are sorted by name.
	Accounts []accountJSON `json:"accounts"`
	Summary  string        `json:"summary"`
}

// accountJSON is one account.
type accountJSON struct {
	Account string `json:"account"`
	Equal   bool   `json:"equal"`
	// ExitCode is what the account would end the command with by itself.
	ExitCode int `json:"exitCode"`
	// Unread says why there is no Diff; one of both is there.
	Unread string    `json:"unread,omitempty"`
	Diff   *diffJSON `json:"diff,omitempty"`
}

// render is the answer about all accounts.
func (d *accountsDiff) render(want string) (string, error) {
	switch d.request.output.value {
	case outputJSON:
		return jsonText(d.json(want))
	case outputMarkdown:
		return d.markdown(), nil
	}
	return d.text(), nil
}

func (d *accountsDiff) json(want string) accountsJSON {
	out := accountsJSON{Version: 1, Want: want, Equal: d.code() == exitClean, Accounts: []accountJSON{}, Summary: d.summary()}
	for _, a := range d.done {
		out.Accounts = append(out.Accounts, accountJSON{Account: a.name, Equal: a.equal, ExitCode: int(a.code), Unread: a.why, Diff: a.answer})
	}
	return out
}

// summary says in a line how all accounts fared.
func (d *accountsDiff) summary() string {
	var equal, differ, unknown, unread int
	for _, a := range d.done {
		switch {
		case a.why != "":
			unread++
		case a.equal:
			equal++
		case a.code == exitFound:
			differ++
		default:
			unknown++
		}
	}
	out := fmt.Sprintf("%s: %d equal, %d not equal", count(len(d.done), "account"), equal, differ)
	if unknown > 0 {
		out += fmt.Sprintf(", %d not known to be equal", unknown)
	}
	if unread > 0 {
		out += fmt.Sprintf(", %d not compared", unread)
	}
	return out
}

// text has the accounts with their verdicts first, and then what differs, account by account.
func (d *accountsDiff) text() string {
	var b strings.Builder
	b.WriteString(d.summary() + "\n")
	for _, a := range d.done {
		fmt.Fprintf(&b, "  %s: %s\n", a.name, a.line())
	}
	for _, a := range d.done {
		_, rest, _ := strings.Cut(a.body, "\n") // the first line is the verdict
		if rest != "" {
			fmt.Fprintf(&b, "\n%s: %s\n%s", a.name, a.line(), rest)
		}
	}
	return b.String()
}

// markdown is likewise, with a heading for each account that was compared.
func (d *accountsDiff) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", escapeMarkdown(d.summary()))
	for _, a := range d.done {
		fmt.Fprintf(&b, "- %s: %s\n", code(a.name), escapeMarkdown(a.line()))
	}
	for _, a := range d.done {
		if a.body != "" && !a.equal {
			b.WriteString("\n" + a.body)
		}
	}
	return b.String()
}
