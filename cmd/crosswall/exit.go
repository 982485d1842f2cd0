package main

import (
	"errors"
	"fmt"
)

// exitCode is what the process ends with. The numbers are part of the
// interface: scripts rely on them.
type exitCode int

const (
	// exitClean: the answer is complete and nothing speaks against it.
	exitClean exitCode = 0
	// exitFound: a difference, a finding at or above the threshold, or a loss
	// that was refused.
	exitFound exitCode = 1
	// exitInput: wrong usage, bad input, or a file that cannot be read or
	// written.
	exitInput exitCode = 2
	// exitIncomplete: part of a source is unknown, and the answer rests on it.
	exitIncomplete exitCode = 3
	// exitInternal: a fault of crosswall's own.
	exitInternal exitCode = 4
)

// outcome ends a command with a code. An outcome without err has already said
// on stdout or stderr what there is to say.
type outcome struct {
	code exitCode
	err  error
}

func (o outcome) Error() string {
	if o.err == nil {
		return fmt.Sprintf("exit %d", o.code)
	}
	return o.err.Error()
}

func (o outcome) Unwrap() error { return o.err }

// badInput returns an outcome for something that the user has to mend.
func badInput(format string, args ...any) error {
	return outcome{exitInput, fmt.Errorf(format, args...)}
}

// ended returns nil for a clean end and an outcome without message for any other.
// With exitZero findings and unknowns are reported only.
func ended(code exitCode, exitZero bool) error {
	if code == exitClean || exitZero && (code == exitFound || code == exitIncomplete) {
		return nil
	}
	return outcome{code: code}
}

// codeOf returns the code that an error of a command stands for. Errors of no
// known kind come from the parser of the command line: wrong usage.
func codeOf(err error) exitCode {
	var o outcome
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &o):
		return o.code
	}
	return exitInput
}
