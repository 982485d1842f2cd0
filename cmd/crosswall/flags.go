package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is the value of a flag that takes one of a few words.
type choice struct {
	value string
	words []string
	// given is whether the user chose, if only the default.
	given bool
}

var _ pflag.Value = (*choice)(nil)

// String returns the word chosen.
func (c *choice) String() string { return c.value }

// isSet reports whether another word than the default was chosen.
func (c *choice) isSet() bool { return c.value != c.words[0] }

// Set chooses a word.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("want %s", orList(c.words))
	}
	c.value, c.given = s, true
	return nil
}

// Type names the value in help.
func (c *choice) Type() string { return strings.Join(c.words, "|") }

// chooseFlag adds a flag that takes one of the words, the first unless told otherwise, with
// completion.
func chooseFlag(cmd *cobra.Command, name, short, usage string, words ...string) *choice {
	c := &choice{value: words[0], words: words}
	cmd.Flags().VarP(c, name, short, usage)
	mustComplete(cmd, name, words)
	return c
}

// mustComplete registers the words that a flag completes to. It fails only for
// a flag that does not exist, which every run of any command would show.
func mustComplete(cmd *cobra.Command, flag string, words []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

// list is the value of a flag that takes some of a few words, separated by commas.
type list struct {
	values, words []string
}

var _ pflag.Value = (*list)(nil)

// String returns the words chosen.
func (l *list) String() string { return strings.Join(l.values, ",") }

// Set adds words; repeats count once.
func (l *list) Set(s string) error {
	for _, w := range strings.Split(s, ",") {
		w = strings.TrimSpace(w)
		if !slices.Contains(l.words, w) {
			return fmt.Errorf("unknown %q, want some of %s", w, strings.Join(l.words, ","))
		}
		if !slices.Contains(l.values, w) {
			l.values = append(l.values, w)
		}
	}
	return nil
}

// Type names the value in help.
func (l *list) Type() string { return "list" }

// complete completes the last word of a list, without those before it.
func (l *list) complete(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := ""
	if i := strings.LastIndexByte(typed, ','); i >= 0 {
		before = typed[:i+1]
	}
	var out []string
	for _, w := range l.words {
		if !slices.Contains(strings.Split(before, ","), w) {
			out = append(out, before+w)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// orList joins words as "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
