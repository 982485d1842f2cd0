package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// faulty are commands that read a source with a finding and a failing assertion, and the file that the last of them writes.
func faulty(t *testing.T) (commands [][]string, baseline string) {
	t.Helper()
	dir := t.TempDir()
	source, asserted, baseline := filepath.Join(dir, "main.tf"), filepath.Join(dir, "a.assert"), filepath.Join(dir, "base.json")
	for path, text := range map[string]string{
		source:   "resource \"aws_security_group\" \"web\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n",
		asserted: "internet > * tcp/22: never\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, form := range []string{outputText, outputJSON, outputSARIF, outputJUnit, outputMarkdown, outputCSV} {
		commands = append(commands, []string{"audit", source, "--only", "EXP010", "-o", form})
	}
	for _, form := range []string{outputText, outputJSON, outputJUnit} {
		commands = append(commands, []string{"check", asserted, source, "-o", form})
	}
	return append(commands, []string{"audit", source, "--only", "EXP010", "--write-baseline", baseline}), baseline
}

// TestAnswerThatCannotBeWritten: half an answer is a fault, and no verdict.
func TestAnswerThatCannotBeWritten(t *testing.T) {
	commands, _ := faulty(t)
	for _, args := range commands {
		var errs bytes.Buffer
		if code := run(t.Context(), args, streams{in: strings.NewReader(""), out: full{}, err: &errs}); code != int(exitInput) || !strings.Contains(errs.String(), "writing the answer: no space left on device") {
			t.Errorf("%v: exit code %d, %s", args, code, errs.String())
		}
	}
}

// TestInterrupted: whoever interrupts gets no answer and no file.
func TestInterrupted(t *testing.T) {
	commands, baseline := faulty(t)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	for _, args := range commands {
		var out, errs bytes.Buffer
		if code := run(ctx, args, streams{in: strings.NewReader(""), out: &out, err: &errs}); code != int(exitInput) || out.Len() > 0 || !strings.Contains(errs.String(), "interrupted") {
			t.Errorf("%v: exit code %d, %s%s", args, code, out.String(), errs.String())
		}
	}
	if _, err := os.Stat(baseline); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a baseline: %v", err)
	}
}

// TestUninterrupted: what takes long is not waited for, and a fault is not lost.
func TestUninterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	if n, err := uninterrupted(ctx, func() int { return 7 }); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	func() {
		defer func() {
			if fault, _ := recover().(string); !strings.Contains(fault, "a fault\n") || !strings.Contains(fault, "faults_test.go") {
				t.Errorf("%q is not the fault with its place", fault)
			}
		}()
		_, _ = uninterrupted(ctx, func() int { panic("a fault") })
	}()
	over := make(chan struct{})
	defer close(over)
	time.AfterFunc(10*time.Millisecond, interrupt)
	if _, err := uninterrupted(ctx, func() int { <-over; return 7 }); codeOf(err) != exitInput {
		t.Errorf("%v", err)
	}
}
